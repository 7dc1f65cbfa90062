"""What it costs when people come into the CRM: one scan of the decisions
against the hashes of their addresses (src/store/reconsider.c), whatever their
number. The decisions are written by SQL, as passes leave them; one mail of the
mailbox is from one of the new people, and is stored."""

import os
import random
import sqlite3
import time

import exsim

DECISIONS = int(os.environ.get("BENCH_DECISIONS", "1000000"))
PEOPLE = 1000
ADDRESSES = 4  # of a mail
BOX = "later@contoso.example"
INI = """\
[exsync]
database = later.db
ca_file = {ca}
[directory]
contacts = later.csv
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
mailboxes = listed
match = contact
[mailbox later]
address = {box}
profile = hq
"""
MAIL = """\
Message-ID: <later@bench.example>
From: New <new500@bench.example>
To: <{box}>
Subject: later
Date: Mon, 02 Mar 2026 09:00:00 +0000

Text
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o600)
    os.utime(path, (time.time() - 5,) * 2)  # it rests


def contacts(directory, n):
    write(os.path.join(directory, "later.csv"), "crm_id,address\n"
          "c,somebody@bench.example\n" + "".join(
              f"n{i},new{i}@bench.example\n" for i in range(n)))


def decisions():
    lot = random.Random(1)
    for i in range(DECISIONS):
        hashes = sorted(f"{lot.getrandbits(64):016x}"
                        for _ in range(ADDRESSES))
        yield (BOX, f"AAMkADk2NmM5ODU0{i:0136x}", f"<{i:08x}@bench.example>",
               f"CQAAABYAAAB2u3f8r0a4R5r0lQyS9v{i:08x}", " ".join(hashes))


def fill(directory):
    db = sqlite3.connect(os.path.join(directory, "later.db"))
    try:
        with db:
            db.executemany(
                "INSERT INTO decision(mailbox, item, message_id, verdict,"
                " rule, at, change_key, parties) VALUES(?, ?, ?, 'skip',"
                " 'match', '2026-03-02T09:00:00Z', ?, ?)", decisions())
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def stored(directory):
    db = sqlite3.connect(os.path.join(directory, "later.db"))
    try:
        return db.execute("SELECT count(*) FROM email").fetchone()[0]
    finally:
        db.close()


def measure(directory, sim, run, figure):
    ini = os.path.join(directory, "later.ini")
    write(ini, INI.format(ca=exsim.CA, url=sim.url, user=exsim.USER,
                          password=exsim.PASSWORD, box=BOX))
    write(os.path.join(directory, "later.eml"), MAIL.format(box=BOX))
    contacts(directory, 0)
    sim.commands(f"mailbox {BOX}\nmail {BOX} @inbox "
                 + os.path.join(directory, "later.eml") + "\n")
    run("later", ini)
    fill(directory)
    idle = run("later", ini).cpu
    contacts(directory, PEOPLE)
    scan = run("later", ini)
    if stored(directory) != 1:
        raise SystemExit("bench: the mail of who came later is not stored")
    figure("later_decisions", DECISIONS,
           f"decisions, and {PEOPLE} people who come later")
    figure("later_cpu_s", scan.cpu - idle, "s (the pass that finds their mail)")
    figure("later_peak_rss_mb", scan.rss, "MB")
