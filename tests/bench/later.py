"""What it costs when people come into the CRM: one scan of the decisions
against the hashes of their addresses (src/store/reconsider.c), whatever their
number. The decisions are written by SQL, as passes leave them; one mail of the
mailbox is from one of the new people, and is stored."""

import os
import random
import sqlite3
import time

import kit

DECISIONS = int(os.environ.get("BENCH_DECISIONS", "1000000"))
PEOPLE = 1000
ADDRESSES = 4  # of a mail
BOX = "later@contoso.example"
MAIL = """\
Message-ID: <later@bench.example>
From: New <new500@bench.example>
To: <{box}>
Subject: later
Date: Mon, 02 Mar 2026 09:00:00 +0000

Text
"""


def contacts(directory, n):
    path = os.path.join(directory, "later.csv")
    kit.write(path, "crm_id,address\n"
          "c,somebody@bench.example\n" + "".join(
              f"n{i},new{i}@bench.example\n" for i in range(n)))
    os.utime(path, (time.time() - 5,) * 2)  # it rests


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


def measure(figures):
    figures.begin("later", f"{DECISIONS} decisions, and {PEOPLE} people who"
                  " come later; one run")
    kit.write(os.path.join(kit.DIR, "later.eml"), MAIL.format(box=BOX))
    contacts(kit.DIR, 0)
    with kit.simulator() as sim:
        kit.ini("later", sim.url, ["later"], "contact",
                "[directory]\ncontacts = later.csv\n")
        sim.commands(f"mailbox {BOX}\nmail {BOX} @inbox "
                     + os.path.join(kit.DIR, "later.eml") + "\n")
        kit.once(sim, "later")
        fill(kit.DIR)
        idle = kit.once(sim, "later").cpu
        contacts(kit.DIR, PEOPLE)
        scan = kit.once(sim, "later")
    kit.expect("mail of who came later", kit.one(
        "later", "SELECT count(*) FROM email"), 1)
    figures.add("later_cpu_s", scan.cpu - idle, "s")
    figures.add("later_peak_rss_mb", scan.rss, "MB")
    kit.fresh("later")
