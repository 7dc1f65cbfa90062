"""The peer: python3-exchangelib doing the same job into SQLite.

	peer.py URL USER PASSWORD MAILBOX DATABASE

Syncs the inbox from the beginning, fetches subject, body, addresses and
message id of every mail, and inserts one row each.
"""

import sqlite3
import sys

from exchangelib import (BASIC, IMPERSONATION, Account, Configuration,
                         Credentials, EWSTimeZone)

FIELDS = ["subject", "body", "author", "sender", "to_recipients",
          "cc_recipients", "message_id", "in_reply_to", "references",
          "datetime_sent", "datetime_received", "size", "importance",
          "has_attachments", "is_read"]


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


def main():
    url, user, password, address, path = sys.argv[1:]
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("CREATE TABLE mail(id PRIMARY KEY, message_id, subject, body,"
               " author, to_list, cc_list, received)")
    account = Account(
        address, autodiscover=False, access_type=IMPERSONATION,
        default_timezone=EWSTimeZone("UTC"),
        config=Configuration(
            service_endpoint=url, auth_type=BASIC,
            credentials=Credentials(user, password)))
    ids = [(item.id, item.changekey) for kind, item in
           account.inbox.sync_items(only_fields=["datetime_received"])
           if kind == "create"]
    for at in range(0, len(ids), 500):
        store(db, account.fetch(ids[at:at + 500], only_fields=FIELDS))
    print(db.execute("SELECT count(*) FROM mail").fetchone()[0])


if __name__ == "__main__":
    main()
