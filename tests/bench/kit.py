"""What the parts of make bench share: a simulator, INI files, programs run and
measured, figures with their targets."""

import base64
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import exsim
import machine
import wan

HERE = os.path.dirname(os.path.abspath(__file__))
DIR = os.path.join(exsim.TOP, "build", "bench")
FLOOR = os.path.join(exsim.TOP, "build", "release", "bench", "floor")
BINARY = os.path.join(exsim.TOP, "exsync")
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
LONG = os.environ.get("BENCH_LONG") == "1"
SETTLES = 3  # s; MARKER_SETTLES of src/sync/marker.h
BUSY = 0.9  # of a thread: then the simulator is what is measured
OTHERS = 0.1  # of the machine: then it is not quiet

INI = """\
[exsync]
database = {name}.db
ca_file = {ca}
{directory}\
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
mailboxes = listed
match = {match}
{more}\
"""
BOX = """\
[mailbox {name}]
address = {name}@contoso.example
profile = hq
type = queue
"""

# Linux counts what a process had before its exec as its own peak memory, which
# would be this program's. The launcher has less than anything measured here,
# the floor apart.
LAUNCHER = """\
import os, sys, time
os.set_inheritable(int(sys.argv[1]), False)
start = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
os.write(int(sys.argv[1]), "{} {} {} {}".format(
    os.waitstatus_to_exitcode(status), time.monotonic() - start,
    usage.ru_utime + usage.ru_stime, usage.ru_maxrss).encode())
"""


def credentials():
    return base64.b64encode(
        f"{exsim.USER}:{exsim.PASSWORD}".encode()).decode()


def median(numbers):
    numbers = sorted(numbers)
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return (numbers[middle - 1] + numbers[middle]) / 2


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o600)


def fresh(*names):
    """Databases of those names are there no more."""
    for name in names:
        for end in ("", "-wal", "-shm", ".lock"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(DIR, name + ".db" + end))


def one(name, query):
    """The first value that the query gives, in the database of that name."""
    db = sqlite3.connect(os.path.join(DIR, name + ".db"))
    try:
        return db.execute(query).fetchone()[0]
    finally:
        db.close()


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"bench: {what}: {got}, not {wanted}")


def build():
    done = subprocess.run(
        ["make", "--no-print-directory", "-s", "exsync", "build/sim/exsim",
         "build/release/bench/floor", "build/release/bench/wan",
         "build/release/bench/bench_json"],
        cwd=exsim.TOP, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit("bench: the build failed")
    shutil.rmtree(DIR, ignore_errors=True)
    os.makedirs(DIR)


class Run:
    """One program, measured: seconds, CPU of user and system, peak memory in
    MB; share: what the simulator's busiest thread worked of that time;
    others: what other programs took of the machine meanwhile."""

    def __init__(self, name, command, sim=None, env=None):
        out = os.path.join(DIR, name + ".out")
        told, tell = os.pipe()
        before = machine.threads(sim.process.pid) if sim else {}
        busy, began = machine.busy(), time.monotonic()
        with open(out, "wb") as f:
            subprocess.run(
                ["/usr/bin/python3", "-I", "-S", "-c", LAUNCHER, str(tell),
                 *command], stdin=subprocess.DEVNULL, stdout=f,
                stderr=subprocess.STDOUT, env=env, cwd=DIR, pass_fds=(tell,))
        after = machine.threads(sim.process.pid) if sim else {}
        busy, took = machine.busy() - busy, time.monotonic() - began
        os.close(tell)
        with open(told, encoding="ascii") as f:
            said = f.read().split()
        if len(said) != 4:
            sys.exit(f"bench: {name} could not be started: {out}")
        code, (self.wall, self.cpu) = int(said[0]), map(float, said[1:3])
        self.rss = int(said[3]) / 1024
        worked = [after[t] - before.get(t, 0) for t in after] or [0]
        self.share = max(worked) / self.wall
        self.served = sum(worked)
        self.others = max(0, busy - self.cpu - self.served) / (
            took * os.cpu_count())
        with open(out, encoding="utf-8", errors="replace") as f:
            self.out = f.read()
        if code != 0:
            sys.exit(f"bench: {name} ended with {code}:\n"
                     + self.out[-2000:])


def ini(name, url, boxes, match="any", directory="", more=""):
    path = os.path.join(DIR, name + ".ini")
    write(path, INI.format(
        name=name, ca=exsim.CA, url=url, user=exsim.USER,
        password=exsim.PASSWORD, match=match, directory=directory, more=more)
        + "".join(BOX.format(name=box) for box in boxes))
    return path


def once(sim, name):
    """A pass with the INI file of that name."""
    return Run(name, [BINARY, "-c", os.path.join(DIR, name + ".ini"),
                      "--once"], sim)


def peer(sim, url, box, job):
    """exchangelib: the messages that it saw, and its seconds without those
    of starting Python."""
    done = Run("peer", ["/usr/bin/python3", os.path.join(HERE, "peer.py"),
                        url, exsim.USER, exsim.PASSWORD,
                        f"{box}@contoso.example", "peer.db", job], sim,
               dict(os.environ, REQUESTS_CA_BUNDLE=exsim.CA, TZ="UTC"))
    count, seconds = done.out.split()[-2:]
    done.count, done.seconds = int(count), float(seconds)
    return done


def settle(sim, name):
    """Passes until nothing is asked but each mailbox's folders."""
    time.sleep(SETTLES)
    once(sim, name)
    if one(name, "SELECT count(*) FROM sync_folder WHERE unsettled <> 0"):
        sys.exit(f"bench: folders of {name} are not settled")


def generate(box, count, size=8192, more="", folder="@inbox"):
    """Commands: that mailbox with mail in it."""
    return (f"mailbox {box}@contoso.example\n"
            f"generate {box}@contoso.example {folder} {count} {size} prose=1"
            f" contacts=50 {more}\n")


@contextlib.contextmanager
def simulator(*args):
    directory = tempfile.mkdtemp(dir=DIR)
    sim = exsim.Sim(directory, ["--no-schema", *args])
    try:
        yield sim
    finally:
        sim.stop()
        shutil.rmtree(directory)


@contextlib.contextmanager
def line(sim, **options):
    made = wan.Wan(sim.parts.port, **options)
    try:
        yield made
    finally:
        made.stop()


def asked(sim):
    """Requests so far."""
    return sim.stats()["requests"]


class Figures:
    """Prints `name value unit target ok|short`, and keeps what was seen."""

    def __init__(self):
        self.all, self.section = [], None
        self.began = time.monotonic()

    def begin(self, section, text):
        self.section = section
        print(f"# {section}: " + " ".join(text.split()), flush=True)

    def add(self, name, values, unit, target=None):
        """values: one, or that of each run, whose median counts. target:
        "<=1.25", or as many as ">=25"."""
        values = values if isinstance(values, list) else [values]
        value, verdict = median(values), "-"
        if target:
            bound = float(target[2:])
            good = value <= bound if target[:2] == "<=" else value >= bound
            verdict = "ok" if good else "short"
        self.all.append({
            "section": self.section, "name": name, "value": value,
            "unit": unit, "target": target, "verdict": verdict,
            "runs": values})
        shown = (str(value) if isinstance(value, int) else
                 f"{value:.0f}" if abs(value) >= 1000 else
                 f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4f}")
        print(name, shown, unit, target or "-", verdict, flush=True)

    def served(self, name, runs):
        """Was the simulator what was measured? Never unnoticed."""
        share = median([r.share for r in runs])
        self.add(f"{name}_sim_thread", share, "of_a_core")
        if share > BUSY:
            self.all[-1]["bottleneck"] = "simulator"
            print(f"# {name}: bottleneck: simulator", flush=True)
        others = median([r.others for r in runs])
        if others > OTHERS:
            self.all[-1]["others"] = others
            print(f"# {name}: other programs took {others:.0%} of this"
                  " machine meanwhile", flush=True)
        cores = median([(r.cpu + r.served) / r.wall for r in runs])
        if cores > BUSY * os.cpu_count():
            self.all[-1]["bottleneck"] = "cores"
            print(f"# {name}: bottleneck: this machine's cores, which the"
                  " simulator shares", flush=True)

    def save(self):
        with open(os.path.join(exsim.TOP, "build", "bench.json"), "w",
                  encoding="utf-8") as f:
            json.dump({"machine": machine.describe(exsim.TOP),
                       "seconds": round(time.monotonic() - self.began),
                       "runs": RUNS, "figures": self.all}, f, indent=1)
            f.write("\n")
