#!/usr/bin/python3
"""A CRM that imports as README says, for ever: reads change beyond what it
has acknowledged, upserts into its own database, acknowledges.

	importer.py EXSYNC_DB CRM_DB [until-idle]

Table seen holds each change that it was given: nothing may come twice.
SIGTERM ends it between two batches."""

import hashlib
import signal
import sqlite3
import sys
import time

BATCH = 500
TABLES = """
CREATE TABLE IF NOT EXISTS mail(id TEXT PRIMARY KEY, content TEXT);
CREATE TABLE IF NOT EXISTS seen(seq INTEGER PRIMARY KEY, entity, email, op);
"""
WHAT = {
    "email": "SELECT message_id, in_reply_to, refs, direction, subject,"
             " sent_at, importance, sensitivity, item_class,"
             " has_attachments, body_state, unlinked_at FROM email"
             " WHERE id = ?",
    "body": "SELECT text, html FROM email_body WHERE email_id = ?",
    "link": "SELECT crm_type, crm_id, role FROM email_link"
            " WHERE email_id = ?",
    "party": "SELECT role, position, address, name, crm_type, crm_id"
             " FROM email_party"
             " WHERE email_id = ?",
    "attachment": "SELECT a.position, a.name, a.media_type, a.state, d.data"
                  " FROM attachment a LEFT JOIN blob d"
                  " ON d.sha256 = a.sha256 WHERE a.email_id = ?",
    "copy": "SELECT mailbox, folder, is_read, removed_at IS NOT NULL,"
            " item_id FROM email_copy WHERE email_id = ?",
}

going = True


def stop(*_):
    global going
    going = False


def content(db, email):
    """All that is known of a mail, as one text; None: there is no such."""
    out = []
    for what, query in WHAT.items():
        rows = db.execute(query, (email,)).fetchall()
        if what == "email" and len(rows) != 1:
            return None
        for row in rows:
            out.append(what + "|" + "|".join(
                hashlib.sha256(v).hexdigest() if isinstance(v, bytes)
                else repr(v) for v in row))
    return "\n".join(sorted(out))


def batch(db, crm, name):
    """Imports one batch; how many changes it had."""
    db.execute("BEGIN")
    changes = db.execute(
        "SELECT c.seq, c.entity, c.entity_id, c.op FROM change c, consumer k"
        " WHERE k.name = ? AND c.seq > k.acked_seq"
        " ORDER BY c.seq LIMIT ?", (name, BATCH)).fetchall()
    mails = {}
    for _, _, email, _ in changes:
        if email not in mails:
            mails[email] = content(db, email)
    db.execute("COMMIT")
    if not changes:
        return 0
    crm.execute("BEGIN")
    crm.executemany("INSERT INTO seen VALUES(?, ?, ?, ?)", changes)
    crm.executemany("INSERT OR REPLACE INTO mail VALUES(?, ?)",
                    mails.items())
    # erased, or expired: only then is a mail not there any more
    crm.execute("DELETE FROM mail WHERE content IS NULL AND id IN(SELECT"
                " email FROM seen WHERE op IN('erase', 'expire'))")
    crm.execute("COMMIT")
    db.execute("UPDATE consumer SET acked_seq = ? WHERE name = ?",
               (changes[-1][0], name))
    return len(changes)


def run(path, crm_path, idle, name="my-crm"):
    crm = sqlite3.connect(crm_path, isolation_level=None)
    crm.executescript(TABLES)
    db = None
    while going:
        try:
            if db is None:
                db = sqlite3.connect(f"file:{path}?mode=rw", uri=True,
                                     timeout=30, isolation_level=None)
                db.execute("INSERT OR IGNORE INTO consumer(name, acked_seq)"
                           " VALUES(?, 0)", (name,))
            n = batch(db, crm, name)
        except sqlite3.OperationalError as e:
            # there is no file yet, or no table in it
            if "unable to open" not in str(e) and "no such" not in str(e):
                raise
            db, n = None, 0
        if n == 0:
            if idle and db is not None:
                break
            time.sleep(0.02)
    crm.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    run(sys.argv[1], sys.argv[2], "until-idle" in sys.argv)
