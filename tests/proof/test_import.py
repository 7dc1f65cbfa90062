"""An importer (tests/bench/importer.py) joins every mail to its parent, its
thread and its people, and a mail costs it the same however many there are:
every step is found by an index. Steps of SQLite are counted, not seconds."""

import os
import sqlite3
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "bench"))

import exsim  # noqa: E402
import importer  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
BOX = "bench@contoso.example"
INI = """\
[exsync]
database = exsync.db
ca_file = {ca}
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
mailboxes = listed
match = any
[mailbox bench]
address = {box}
profile = hq
type = queue
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    directory = tmp_path_factory.mktemp("import")
    sim = exsim.Sim(str(directory), ["--no-schema"])
    ini = directory / "exsync.ini"
    ini.write_text(INI.format(ca=exsim.CA, url=sim.url, user=exsim.USER,
                              password=exsim.PASSWORD, box=BOX))
    ini.chmod(0o600)
    sim.commands(f"mailbox {BOX}\n")
    yield directory, sim
    sim.stop()


def once(directory):
    done = subprocess.run([BINARY, "-c", str(directory / "exsync.ini"),
                           "--once"], cwd=directory, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def steps(directory):
    """What the importer read, and how many steps SQLite made for it."""
    db = sqlite3.connect(directory / "exsync.db")
    count = [0]

    def tick():
        count[0] += 1

    db.set_progress_handler(tick, 100)
    found = importer.read(db)
    db.close()
    return found, count[0] * 100


def check(found, subject):
    mails, people, threads = found
    assert len(mails) == subject
    for row in mails.values():
        (_, mid, own, answers, parent, thread, there, there_mid) = row
        assert own == importer.key(mid)
        assert parent == importer.key(answers)
        assert (there is not None) == (parent in mails)
        assert there is None or importer.key(there_mid) == parent
        assert row[0] in threads[thread]
        assert row[0] in people
    assert sum(map(len, threads.values())) == len(mails)
    for thread, members in threads.items():
        assert members == {m for m, r in mails.items() if r[5] == thread}
    assert sum(1 for r in mails.values() if r[6]) > len(mails) / 2


def test_joins(place):
    directory, sim = place
    sim.commands(f"generate {BOX} @inbox 500 300 contacts=9\n")
    once(directory)
    few, cost = steps(directory)
    check(few, 500)
    sim.commands(f"generate {BOX} @inbox 3500 300 contacts=9 seed=2\n")
    once(directory)
    many, all_cost = steps(directory)
    check(many, 4000)
    # eight times as many, and no mail costs more
    assert all_cost < 8 * cost * 1.3, (cost, all_cost)


def plan(db, query, args):
    return [r[3] for r in db.execute("EXPLAIN QUERY PLAN " + query, args)]


def test_plans(place):
    directory, _ = place
    db = sqlite3.connect(directory / "exsync.db")
    queries = dict(importer.QUERIES, thread=importer.THREAD)
    for name, query in queries.items():
        args = ("x",) if name == "thread" else (0, 500)
        lines = plan(db, query, args)
        bad = [x for x in lines if "SCAN" in x or "AUTOMATIC" in x
               or "MATERIALIZE" in x]
        assert not bad, (name, lines)
    # children of a mail that is not here yet: no index leads there, but to
    # the parent one does, inner or outer
    for join in ("JOIN", "LEFT JOIN"):
        lines = plan(db, f"SELECT c.id, p.id FROM email c {join} email p"
                         " ON p.message_key = c.in_reply_to_key", ())
        assert any("SEARCH" in x and "id=?" in x for x in lines), lines
        assert not any("AUTOMATIC" in x for x in lines), lines
    db.close()


def test_key():
    """What people write for a Message-ID."""
    same = ["<A.b@C.example>", "A.b@c.EXAMPLE", " <A.b@c.example> ",
            "x <A.b@c.example> y", "<A.b @c.example>", "<<A.b@c.example>"]
    assert len({importer.key(s) for s in same}) == 1
    assert importer.key("<a.b@c.example>") != importer.key(same[0])
    assert importer.key("<>") is None and importer.key(None) is None
