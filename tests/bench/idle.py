"""What passes cost in which nothing has happened: the one after the first,
which asks each folder that holds something once more (src/sync/marker.h), and
those after it, when all markers are settled."""

import os
import sqlite3
import time

import exsim

BOXES = int(os.environ.get("BENCH_BOXES", "200"))
FOLDERS = 5  # of each that hold something
SETTLES = 3  # s; MARKER_SETTLES of src/sync/marker.h
INI = """\
[exsync]
database = idle.db
ca_file = {ca}
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
mailboxes = listed
match = any
"""
BOX = """\
[mailbox {name}]
address = {name}@contoso.example
profile = hq
type = queue
"""


class Passes:
    """A directory, a simulator and what a pass asks of it."""

    def __init__(self, directory, sim, run):
        self.directory, self.sim, self.run = directory, sim, run
        names = [f"idle{n}" for n in range(BOXES)]
        self.ini = os.path.join(directory, "idle.ini")
        with open(self.ini, "w", encoding="utf-8") as f:
            f.write(INI.format(ca=exsim.CA, url=sim.url, user=exsim.USER,
                               password=exsim.PASSWORD)
                    + "".join(BOX.format(name=n) for n in names))
        os.chmod(self.ini, 0o600)
        sim.commands("".join(
            f"mailbox {n}@contoso.example\n" + "".join(
                f"generate {n}@contoso.example Inbox/{k} 2 500 seed={k + 7}\n"
                for k in range(FOLDERS))
            for n in names))

    def once(self):
        """CPU of the pass, and its requests: FindFolder, SyncFolderItems."""
        before = self.sim.stats()["ops"]
        done = self.run("idle", self.ini)
        now = self.sim.stats()["ops"]
        return done.cpu, *(now.get(op, 0) - before.get(op, 0)
                           for op in ("FindFolder", "SyncFolderItems"))

    def unsettled(self):
        db = sqlite3.connect(os.path.join(self.directory, "idle.db"))
        try:
            return db.execute("SELECT count(*) FROM sync_folder"
                              " WHERE unsettled <> 0").fetchone()[0]
        finally:
            db.close()


def measure(directory, sim, run, figure):
    passes = Passes(directory, sim, run)
    passes.once()
    waiting = passes.unsettled()
    time.sleep(SETTLES)
    cpu, find, sync = passes.once()
    left = passes.unsettled()
    if left != 0:
        raise SystemExit(f"bench: {left} folders are not settled")
    figure("idle_boxes", BOXES, f"mailboxes of {FOLDERS} folders with mail")
    figure("after_first_unsettled", waiting, "folders after the first pass")
    figure("after_first_requests_per_mailbox", (find + sync) / BOXES,
           "requests (the pass after the first, nothing new)")
    figure("after_first_requests_per_folder", sync / (BOXES * FOLDERS),
           "requests for each folder with mail")
    figure("after_first_cpu_us_per_mailbox", cpu / BOXES * 1e6, "us")
    cpu, find, sync = passes.once()
    figure("idle_requests_per_mailbox", (find + sync) / BOXES,
           "requests (all folders settled, nothing new)")
    figure("idle_cpu_us_per_mailbox", cpu / BOXES * 1e6, "us")
