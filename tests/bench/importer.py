"""An importer that joins every mail to the mail it answers, its thread and its
people, written from README alone. tests/proof/test_import.py counts what it
costs, tests/bench/run prints how long it takes."""

import hashlib
import re
import sqlite3

BATCH = 500
WHITE = re.compile(r"[ \t\r\n]")
NEW = "(SELECT entity_id FROM change WHERE seq > ? AND seq <= ?)"
QUERIES = {
    "mail": "SELECT c.id, c.message_id, c.message_key, c.in_reply_to,"
            " c.in_reply_to_key, c.thread_id, p.id, p.message_id"
            " FROM email c LEFT JOIN email p"
            " ON p.message_key = c.in_reply_to_key WHERE c.id IN " + NEW,
    "body": "SELECT email_id, text, html FROM email_body"
            " WHERE email_id IN " + NEW,
    "people": "SELECT email_id, crm_type, crm_id, role FROM email_link"
              " WHERE email_id IN " + NEW,
    "party": "SELECT email_id, role, position, address, name"
             " FROM email_party WHERE email_id IN " + NEW,
    "copy": "SELECT email_id, mailbox, is_read, removed_at"
            " FROM email_copy WHERE email_id IN " + NEW,
}
THREAD = "SELECT email_id FROM email_thread WHERE thread_id = ?"


def key(message_id):
    """README: the key of a Message-ID."""
    inside = re.search(r"<+([^>]*)", message_id or "")
    name = WHITE.sub("", inside.group(1) if inside else message_id or "")
    local, at, domain = name.rpartition("@")
    if not name:
        return None
    lower = "".join(c.lower() if c.isascii() else c for c in domain)
    name = local + at + (lower if at else domain)
    return hashlib.sha256(f"mid:<{name}>".encode()).hexdigest()[:32]


def run(path):
    """All mails: {id: row of mail}, {id: people}, {thread: ids}."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return read(db)
    finally:
        db.close()


def read(db):
    mails, people, threads = {}, {}, {}
    last = db.execute("SELECT ifnull(max(seq), 0) FROM change").fetchone()[0]
    for at in range(0, last, BATCH):
        span = (at, at + BATCH)
        for name, query in QUERIES.items():
            for row in db.execute(query, span):
                if name == "mail":
                    mails[row[0]] = row
                elif name == "people":
                    people.setdefault(row[0], set()).add(row[1:])
    for row in mails.values():
        if row[5] not in threads:
            threads[row[5]] = {r[0] for r in db.execute(THREAD, (row[5],))}
    return mails, people, threads
