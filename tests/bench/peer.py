"""The peer: python3-exchangelib doing the same job into SQLite.

	peer.py URL USER PASSWORD MAILBOX DATABASE [keep|skip|idle]

keep (as without): syncs the inbox from the beginning, fetches subject, body,
addresses and message id of every mail, and inserts one row each. skip: the
same without bodies and rows, as one who decides by the headers. idle: asks
what is new since the run before. Prints how many mails it saw, and the seconds
that took without Python's start."""

import sqlite3
import sys
import time

from exchangelib import (BASIC, IMPERSONATION, Account, Configuration,
                         Credentials, EWSTimeZone)

HEADS = ["subject", "author", "sender", "to_recipients",
         "cc_recipients", "message_id", "in_reply_to", "references",
         "datetime_sent", "datetime_received", "size", "importance",
         "has_attachments", "is_read"]
FIELDS = HEADS + ["body"]


def names(mailboxes):
    return ",".join(m.email_address or "" for m in mailboxes or [])


def store(db, items):
    for item in items:
        db.execute(
            "INSERT OR REPLACE INTO mail VALUES(?,?,?,?,?,?,?,?)",
            (item.id, item.message_id, item.subject, str(item.body),
             item.author.email_address if item.author else None,
             names(item.to_recipients), names(item.cc_recipients),
             str(item.datetime_received)))
    db.commit()


def prepare(path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("CREATE TABLE IF NOT EXISTS mail(id PRIMARY KEY, message_id,"
               " subject, body, author, to_list, cc_list, received)")
    db.execute("CREATE TABLE IF NOT EXISTS state(mailbox PRIMARY KEY, text)")
    return db


def changed(db, account, address, job):
    row = db.execute("SELECT text FROM state WHERE mailbox = ?",
                     (address,)).fetchone()
    inbox = account.inbox
    ids = [(item.id, item.changekey) for kind, item in inbox.sync_items(
        sync_state=row[0] if row and job == "idle" else None,
        only_fields=["datetime_received"]) if kind == "create"]
    db.execute("INSERT OR REPLACE INTO state VALUES(?, ?)",
               (address, inbox.item_sync_state))
    db.commit()
    return ids


def main():
    url, user, password, address, path, *job = sys.argv[1:]
    job = job[0] if job else "keep"
    db = prepare(path)
    start = time.monotonic()
    account = Account(
        address, autodiscover=False, access_type=IMPERSONATION,
        default_timezone=EWSTimeZone("UTC"),
        config=Configuration(
            service_endpoint=url, auth_type=BASIC,
            credentials=Credentials(user, password)))
    ids = changed(db, account, address, job)
    for at in range(0, len(ids), 500):
        some = ids[at:at + 500]
        if job == "skip":
            list(account.fetch(some, only_fields=HEADS))
        else:
            store(db, account.fetch(some, only_fields=FIELDS))
    print(len(ids), time.monotonic() - start)


if __name__ == "__main__":
    main()
