"""What a running exsync may still do: nothing but its work.

The fault build tries from the inside (EXSYNC_SANDBOX_PROBE, src/os/probe.c);
the release build is looked at from the outside while it works.
"""

import ctypes
import os
import pathlib
import platform
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
FAULT = os.environ.get(
    "EXSYNC_FAULT", os.path.join(exsim.TOP, "build", "fault", "exsync"))

INI = """\
[exsync]
database = data/exsync.db
ca_file = {ca}
log_level = debug
{more}
[directory]
users = users.csv
[profile hq]
url = {url}
username = {user}
password = {password}
domains = contoso.example
"""
DENIED = "Permission denied"
REFUSED = "Operation not permitted"
UNKNOWN = "Function not implemented"
FILES = {"read": DENIED, "write": DENIED, "create": DENIED, "list": DENIED}
CALLS = {"unlink": REFUSED, "chmod": REFUSED, "fchmod": REFUSED,
         "fchown": REFUSED, "times": REFUSED, "exec": REFUSED,
         "execveat": REFUSED,
         "fork": REFUSED, "packet": REFUSED, "raw": REFUSED, "unix": REFUSED,
         "listen": REFUSED, "ptrace": REFUSED, "vm_read": REFUSED,
         "code": REFUSED, "io_uring": UNKNOWN, "bpf": REFUSED,
         "mount": REFUSED, "kill": REFUSED, "memfd": REFUSED,
         "vm_write": REFUSED, "keyctl": REFUSED, "userfaultfd": REFUSED,
         "handle": REFUSED, "openat2": UNKNOWN, "pidfd": UNKNOWN,
         "setown": REFUSED, "limit": REFUSED, "world": REFUSED,
         # what a sync needs
         "thread": "done", "tcp": "done", "udp": "done", "route": "done",
         "get_limit": "done"}
# of a file in the database's directory that is not the database's
BESIDE = ("read", "write", "append", "create", "empty")
NAMES = ("link", "rename", "renameat2", "remove", "truncate", "replace")
MADE = ("new file", "new nameless file", "new directory", "new link",
        "new fifo")
OWN = ("exsync.db", "exsync.db-wal", "exsync.db-shm", "exsync.db.lock")


def landlock_abi():
    """What this kernel has; 0: none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(444, None, 0, 1))


HAS_FILTER = platform.machine() in ("x86_64", "aarch64")


@pytest.fixture
def place(tmp_path):
    """A directory with an INI and a file that is none of exsync's business;
    and the server."""
    directory = tmp_path / "home"
    (directory / "data").mkdir(parents=True)
    sim = exsim.Sim(str(tmp_path))
    sim.commands("mailbox anna@contoso.example\n"
                 "generate anna@contoso.example @inbox 40 3000"
                 " attachment_every=5 attachment_bytes=5000\n")
    (directory / "users.csv").write_text(
        "crm_id,address,name\nu1,anna@contoso.example,Anna\n")
    (directory / "private").write_text("nobody's business\n")

    def write(more=""):
        ini = directory / "exsync.ini"
        ini.write_text(INI.format(
            ca=exsim.CA, url=sim.url, user=exsim.USER,
            password=exsim.PASSWORD, more=more))
        ini.chmod(0o600)

    write()
    yield directory, sim, write
    assert sim.stop() == 0, sim.complaints()


def run(binary, directory, *args, wrap=(), **env):
    return subprocess.run(
        [*wrap, binary, "-c", "exsync.ini", *(args or ("--once",))],
        cwd=directory,
        env={**os.environ, **env}, capture_output=True, text=True,
        timeout=120, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def fault_binary():
    if "EXSYNC_FAULT" not in os.environ:
        subprocess.run(["make", "-j2", "V=fault", "build/fault/exsync"],
                       cwd=exsim.TOP, check=True, capture_output=True)
    return FAULT


def probes(text):
    return dict(line.split(": ", 2)[1:] for line in text.splitlines()
                if line.startswith("probe: "))


def test_from_the_inside(place, fault_binary):
    """Neither another file nor another program nor another way out; and the
    pass that follows finds all it needs."""
    directory, _, _ = place
    private = directory / "private"
    done = run(fault_binary, directory, EXSYNC_SANDBOX_PROBE=str(private))
    got = probes(done.stderr)
    want = {}
    if landlock_abi() > 0:
        want.update(FILES)
    if HAS_FILTER:
        want.update(CALLS)
    assert {k: got.get(k) for k in want} == want, done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    if landlock_abi() > 0:
        assert private.read_text() == "nobody's business\n"
        assert not (directory / "private.new").exists()


def listing(directory):
    """What lies there: name, kind and mode, content unless it is exsync's."""
    out = {}
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        st = os.lstat(path)
        text = None
        if stat.S_ISREG(st.st_mode) and name not in OWN:
            with open(path, "rb") as f:
                text = f.read()
        out[name] = (st.st_mode, st.st_ino, text)
    return out


def one_directory(place, binary):
    """INI, password, program and database in one directory."""
    directory, _, write = place
    ini = directory / "exsync.ini"
    write()
    ini.write_text(ini.read_text()
                   .replace("data/exsync.db", "exsync.db")
                   .replace(f"password = {exsim.PASSWORD}",
                            "password_file = hq.password"))
    secret = directory / "hq.password"
    secret.write_text(exsim.PASSWORD + "\n")
    secret.chmod(0o600)
    shutil.copy(binary, directory / "exsync")
    return directory


@pytest.mark.parametrize("lacks", ["", "seccomp", "landlock"])
def test_directory(place, fault_binary, lacks):
    """In the directory of the database nothing else can be changed, and
    nothing made, by each of the two walls alone as far as it reaches; the
    pass is done all the same."""
    directory = one_directory(place, fault_binary)
    done = run(fault_binary, directory)
    assert done.returncode == 0, done.stdout + done.stderr
    place[1].commands("generate anna@contoso.example @inbox 20 3000 seed=2"
                      " attachment_every=2 attachment_bytes=700000\n")
    before = listing(directory)
    files = ("exsync.ini", "hq.password", "exsync")
    done = run(fault_binary, directory,
               wrap=[sys.executable, "-c", LACKS, lacks] if lacks else [],
               EXSYNC_SANDBOX_PROBE=str(directory / "private"),
               EXSYNC_SANDBOX_BESIDE=":".join(files))
    if lacks and done.returncode == 77:
        pytest.skip("no filter may be set here")
    got = probes(done.stderr)
    walls = landlock_abi() > 0 and lacks != "landlock"
    calls = HAS_FILTER and lacks != "seccomp"
    want = {}
    for name in files:
        if walls:
            want.update({f"{name} {what}": DENIED for what in BESIDE})
        if walls or calls:
            want.update({f"{name} {what}": REFUSED if calls else DENIED
                         for what in NAMES})
        if calls:
            want[f"{name} chmod"] = REFUSED
    for name in OWN:
        want.update({f"{name} {what}": "done" for what in BESIDE[:4]})
        if walls or calls:
            want.update({f"{name} {what}": REFUSED if calls else DENIED
                         for what in NAMES[:4]})
        if calls:
            want[f"{name} chmod"] = REFUSED
    if walls:
        want.update({what: DENIED for what in MADE[:2]})
    if walls or calls:
        want.update({what: REFUSED if calls else DENIED
                     for what in MADE[2:]})
    assert {k: got.get(k) for k in want} == want
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 mails stored" in done.stdout
    if walls and calls:
        assert listing(directory) == before
    db = sqlite3.connect(directory / "exsync.db")
    assert db.execute("SELECT count(*), min(length(data)) FROM attachment a"
                      " JOIN blob b ON b.sha256 = a.sha256 WHERE a.size >"
                      " 600000 AND a.state = 'full'").fetchone() == (
                          10, 700000)
    db.close()


def layouts(directory):
    """Where a database may lie: what the INI says, and where that is."""
    away = directory / "away"
    away.mkdir()
    (directory / "link.db").symlink_to("away/real.db")
    (directory / "folder").symlink_to("away")
    return [("exsync.db", "exsync.db"), ("./exsync.db", "exsync.db"),
            ("data/../data/up.db", "data/up.db"),
            (str(away / "whole.db"), "away/whole.db"),
            ("link.db", "away/real.db"),
            ("folder/in.db", "away/in.db")]


def test_layouts(place):
    """Each place of today, twice: made by the pass, and found by it; with the
    working directory elsewhere, too."""
    directory, _, write = place
    ini = directory / "exsync.ini"
    text = ini.read_text()
    for said, lies in layouts(directory):
        ini.write_text(text.replace("data/exsync.db", said))
        for where, name in ((directory, "exsync.ini"),
                            ("/", str(ini))):
            done = subprocess.run(
                [BINARY, "-c", name, "--once"], cwd=where, text=True,
                capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, said + done.stdout + done.stderr
            if landlock_abi() > 0:
                assert "sandbox: files by Landlock" in done.stderr
        db = sqlite3.connect(directory / lies)
        assert db.execute("SELECT count(*) FROM email").fetchone() == (40,)
        db.close()


def test_no_directory_to_write(place):
    """Database and companions may be written, the directory may not."""
    directory, _, _ = place
    done = run(BINARY, directory)
    assert done.returncode == 0, done.stdout + done.stderr
    (directory / "data").chmod(0o555)
    try:
        done = run(BINARY, directory)
    finally:
        (directory / "data").chmod(0o755)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dry_run(place):
    """Neither with a database nor without one, nor when somebody else was the
    last to close it."""
    directory, _, _ = place
    done = run(BINARY, directory, "--once", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    # its login is one that others have to know of
    assert os.listdir(directory / "data") == ["exsync.state"]
    run(BINARY, directory)
    for _ in range(2):
        done = run(BINARY, directory, "--once", "--dry-run")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 mails would be stored" in done.stdout
        db = sqlite3.connect(directory / "data" / "exsync.db")
        db.execute("DELETE FROM consumer")
        db.close()


def test_crm_comes_and_goes(place):
    """A CRM that opens, empties the WAL and closes all the time."""
    directory, sim, _ = place
    run(BINARY, directory)
    sim.commands("generate anna@contoso.example @inbox 30 3000 seed=9\n"
                 "option delay_ms=30\n")
    with subprocess.Popen(
            [BINARY, "-c", "exsync.ini", "--once"], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True) as process:
        n = 0
        while process.poll() is None:
            db = sqlite3.connect(directory / "data" / "exsync.db", timeout=60)
            db.execute("SELECT count(*) FROM email").fetchone()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            db.close()
            n += 1
        out, err = process.communicate(timeout=120)
    sim.commands("option delay_ms=0\n")
    assert process.returncode == 0 and n > 0, out + err
    assert "30 mails stored" in out


def test_list_is_exchanged(place):
    """A new list takes the place of users.csv, again and again while the pass
    waits for it to rest: the last one is read."""
    directory, _, _ = place
    new = directory / "users.new"

    def exchange(text):
        new.write_text("crm_id,address,name\n" + text)
        new.rename(directory / "users.csv")

    exchange("u1,anna@contoso.example,Anna\n")
    with subprocess.Popen(
            [BINARY, "-c", "exsync.ini", "--once"], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True) as process:
        for i in range(40):
            exchange(f"u{i},anna@contoso.example,Anna\n")
            time.sleep(0.02)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    db = sqlite3.connect(directory / "data" / "exsync.db")
    assert db.execute("SELECT crm_id FROM party").fetchall() == [("u39",)]
    db.close()


def test_off(place, fault_binary):
    """sandbox = no: nothing is taken away, and the log says so."""
    directory, _, write = place
    write("sandbox = no")
    private = directory / "private"
    done = run(fault_binary, directory, EXSYNC_SANDBOX_PROBE=str(private))
    assert not probes(done.stderr)
    assert "sandbox: off (sandbox = no)" in done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


def statuses(pid):
    """NoNewPrivs and Seccomp of every thread."""
    out = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as f:
            fields = dict(line.split(":\t", 1) for line in f
                          if ":\t" in line)
        out.add((fields["NoNewPrivs"].strip(), fields["Seccomp"].strip()))
    return out


@pytest.mark.parametrize("more, want", [
    ("", {("1", "2")}),
    ("sandbox = no", {("0", "0")}),
])
def test_from_the_outside(place, more, want):
    """Every thread of a pass that is under way."""
    if not HAS_FILTER and not more:
        want = {("1", "0")}
    directory, sim, write = place
    write(more)
    sim.commands("option delay_ms=1500\n")
    with subprocess.Popen(
            [BINARY, "-c", "exsync.ini", "--once"], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not sim_asked(sim) and time.monotonic() < deadline:
            time.sleep(0.05)
        got = statuses(process.pid)
        sim.commands("option delay_ms=0\n")
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
    assert got == want


def test_alert_command(place, fault_binary):
    """The one program that runs nevertheless, with nothing of ours; it is
    outside of the sandbox, exsync is not."""
    directory, sim, write = place
    told = directory / "told"
    script = directory / "tell me"
    script.write_text("#!/bin/sh\n"
                      f"{{ cat; echo \"$# $1\"; env; }} >'{told}'\n")
    script.chmod(0o700)
    write(f"alert_command = '{script}' 'one word'")
    sim.commands("fault do=http status=503 times=always\n")
    private = directory / "private"
    done = run(fault_binary, directory, HQ_PASSWORD="x" * 20,
               EXSYNC_SANDBOX_PROBE=str(private))
    assert done.returncode != 0, done.stdout + done.stderr
    text = told.read_text()
    assert "\n1 one word\n" in text, text
    assert exsim.PASSWORD not in text and "HQ_PASSWORD" not in text
    if HAS_FILTER:
        assert probes(done.stderr)["exec"] == REFUSED


# Runs a program on a kernel that lacks something: a filter from outside
# answers as such a kernel does.
LACKS = """
import ctypes, os, struct, sys
what, command = sys.argv[1].split(), sys.argv[2:]
seccomp, prctl = {"x86_64": (317, 157), "aarch64": (277, 167)}[
    os.uname().machine]
def ins(code, yes, no, k):
    return struct.pack("HBBI", code, yes, no, k)
LOAD, EQ, RET, ERRNO = 0x20, 0x15, 0x06, 0x50000
def option(n):  # prctl(n, ...): EINVAL
    return [ins(EQ, 0, 4, prctl), ins(LOAD, 0, 0, 16), ins(EQ, 0, 1, n),
            ins(RET, 0, 0, ERRNO | 22), ins(LOAD, 0, 0, 0)]
program = [ins(LOAD, 0, 0, 0)]
if "landlock" in what:
    for nr in (444, 445, 446):
        program += [ins(EQ, 0, 1, nr), ins(RET, 0, 0, ERRNO | 38)]
if "ruleset" in what:  # the version is told, but none is made: EMFILE
    program += [ins(EQ, 0, 4, 444), ins(LOAD, 0, 0, 32), ins(EQ, 0, 1, 0),
                ins(RET, 0, 0, ERRNO | 24), ins(LOAD, 0, 0, 0)]
if "seccomp" in what:
    program += [ins(EQ, 0, 1, seccomp), ins(RET, 0, 0, ERRNO | 38)]
    program += option(22)
if "no_new_privs" in what:
    program += option(38)
program.append(ins(RET, 0, 0, 0x7fff0000))
code = ctypes.create_string_buffer(b"".join(program))
class Prog(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("code", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
if os.geteuid() != 0:
    libc.prctl(38, 1, 0, 0, 0)
if libc.prctl(22, 2, ctypes.byref(Prog(len(program),
                                       ctypes.addressof(code))), 0, 0) != 0:
    sys.exit(77)
os.execv(command[0], command)
"""


@pytest.mark.skipif(not HAS_FILTER, reason="needs a seccomp filter")
@pytest.mark.parametrize("lacks, said, kept", [
    ("landlock", "this kernel has no Landlock, files are not restricted",
     "system calls by seccomp"),
    pytest.param("ruleset", "Landlock cannot be used, files are not "
                 "restricted (Too many open files)", "system calls by seccomp",
                 marks=pytest.mark.skipif(landlock_abi() < 1,
                                          reason="needs Landlock")),
    ("seccomp", "system calls are not restricted", ""),
    ("landlock seccomp", "system calls are not restricted",
     "this kernel has no Landlock"),
    ("no_new_privs", "off, this kernel has no no_new_privs", ""),
])
def test_lacking(place, lacks, said, kept):
    """A kernel that lacks a part: the rest is used, the log says what is not
    without being asked for more than it usually says, once, --check too; and
    the pass is done."""
    directory, _, _ = place
    ini = directory / "exsync.ini"
    ini.write_text(ini.read_text().replace("log_level = debug\n", ""))
    wrap = [sys.executable, "-c", LACKS, lacks]
    done = run(BINARY, directory, wrap=wrap)
    if done.returncode == 77:
        pytest.skip("no filter may be set here")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [x for x in done.stderr.splitlines() if "sandbox: " in x]
    assert len(lines) == 1 and " info " in lines[0], done.stderr
    assert said in lines[0] and kept in lines[0], lines
    assert "40 mails stored" in done.stdout
    done = run(BINARY, directory, "--check", wrap=wrap)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [x for x in done.stdout.splitlines()
             if x.startswith("; sandbox: ")]
    assert len(lines) == 1, done.stdout
    assert said in lines[0] and kept in lines[0], lines


def test_in_force(place):
    """--check says what there is, and a pass nothing when nothing lacks."""
    directory, _, write = place
    ini = directory / "exsync.ini"
    ini.write_text(ini.read_text().replace("log_level = debug\n", ""))
    done = run(BINARY, directory)
    check = run(BINARY, directory, "--check")
    assert check.returncode == 0, check.stderr
    if landlock_abi() > 0 and HAS_FILTER:
        assert "sandbox" not in done.stderr
        assert (f"\n; sandbox: files by Landlock, ABI {landlock_abi()}; "
                "system calls by seccomp\n") in check.stdout
    write("sandbox = no")
    check = run(BINARY, directory, "--check")
    assert "\n; sandbox: off (sandbox = no)\n" in check.stdout


NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
             "--clear-groups"]


@pytest.fixture
def home(place):
    """A directory that everybody may enter, and the INI's text."""
    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o755)
    yield pathlib.Path(directory), (place[0] / "exsync.ini").read_text() \
        .replace("log_level = debug\n", "")
    shutil.rmtree(directory)


def warned(done):
    return [x.split(" warning ", 1)[1] for x in done.stderr.splitlines()
            if " warning " in x]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_separate_directories(home):
    """As README shows: what runs is root's, the user has the database alone.
    Nothing is warned of, and the pass works."""
    where, text = home
    for name, owner, mode in (("bin", 0, 0o755), ("etc", 0, 0o750),
                              ("lib", NOBODY, 0o750)):
        (where / name).mkdir()
        os.chown(where / name, owner, NOBODY)
        (where / name).chmod(mode)
    shutil.copy(BINARY, where / "bin" / "exsync")
    shutil.copy(exsim.CA, where / "etc" / "ca.pem")
    tell = where / "bin" / "tell"
    tell.write_text("#!/bin/sh\ncat >/dev/null\n")
    tell.chmod(0o755)
    etc = where / "etc"
    (etc / "exsync.ini").write_text(
        text.replace("data/exsync.db", str(where / "lib" / "exsync.db"))
        .replace(exsim.CA, "ca.pem")
        .replace("[directory]", f"alert_command = /bin/sh {tell}\n"
                                "[directory]")
        .replace(f"password = {exsim.PASSWORD}",
                 "password_file = hq.password"))
    (etc / "users.csv").write_text(
        "crm_id,address,name\nu1,anna@contoso.example,Anna\n")
    (etc / "hq.password").write_text(exsim.PASSWORD + "\n")
    os.chown(etc / "hq.password", NOBODY, NOBODY)
    (etc / "hq.password").chmod(0o400)
    for name in ("exsync.ini", "users.csv", "ca.pem"):
        os.chown(etc / name, 0, NOBODY)
        (etc / name).chmod(0o640)
    for command in ("--check", "--once", "--once", "--status"):
        done = subprocess.run(
            [*AS_NOBODY, where / "bin" / "exsync", "-c", etc / "exsync.ini",
             command], cwd="/", capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        assert not warned(done), done.stderr
    assert sorted(os.listdir(where / "lib")) == sorted([*OWN, "exsync.state"])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
@pytest.mark.parametrize("what", [
    "all in one", "the script", "its directory", "far above", "only root"])
def test_writable_program(home, what):
    """What this user can change and what runs outside of the sandbox: a
    warning each time, and never a refusal."""
    where, text = home
    deep = where / "a" / "b"
    deep.mkdir(parents=True)
    (where / "data").mkdir()
    script = deep / "tell"
    script.write_text("#!/bin/sh\ncat >/dev/null\n")
    script.chmod(0o755)
    shutil.copy(BINARY, where / "exsync")
    (where / "users.csv").write_text(
        "crm_id,address,name\nu1,anna@contoso.example,Anna\n")
    (where / "exsync.ini").write_text(text.replace(
        "[directory]", f"alert_command = /bin/sh {script}\n[directory]"))
    (where / "exsync.ini").chmod(0o600)
    for path in (where / "data", where / "exsync.ini"):
        os.chown(path, NOBODY, NOBODY)
    mine = {"all in one": [where / "exsync", where], "the script": [script],
            "its directory": [deep], "far above": [where / "a"],
            "only root": []}[what]
    for path in mine:
        os.chown(path, NOBODY, NOBODY)
    want = {"all in one": ["exsync's own program: ", "alert_command: "],
            "only root": []}.get(what, ["alert_command: "])
    for command in ("--check", "--once"):
        done = subprocess.run(
            [*AS_NOBODY, where / "exsync", "-c", where / "exsync.ini",
             command], cwd="/", capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        got = warned(done)
        assert len(got) == len(want), done.stderr
        for line, begin in zip(got, want):
            assert line.startswith(begin), got
        if want:
            path = where / "exsync" if what == "all in one" else script
            assert str(path) in got[0], got
            assert f"write to {mine[-1]}" in got[-1] or \
                mine[-1] == script and "changed by" in got[-1], got


def test_foreign_trigger(place):
    """One that somebody has put into the file: --check names it, and it does
    not run for exsync."""
    directory, _, _ = place
    assert not warned(run(BINARY, directory, "--check"))
    assert not os.listdir(directory / "data")
    assert run(BINARY, directory, "--once").returncode == 0
    assert not warned(run(BINARY, directory, "--check"))
    db = sqlite3.connect(directory / "data" / "exsync.db")
    db.execute("CREATE TRIGGER spy AFTER INSERT ON sync_email BEGIN"
               " DELETE FROM party; END")
    db.execute("CREATE INDEX mine ON run(outcome)")
    db.close()
    place[1].commands("generate anna@contoso.example @inbox 5 3000 seed=3\n")
    done = run(BINARY, directory, "--check")
    assert done.returncode == 0
    got = warned(done)
    assert len(got) == 2, done.stderr
    assert "trigger spy on sync_email is not exsync's" in got[0]
    assert "index mine on run is not exsync's" in got[1]
    done = run(BINARY, directory)
    assert done.returncode == 0 and "5 mails stored" in done.stdout
    db = sqlite3.connect(directory / "data" / "exsync.db")
    assert db.execute("SELECT count(*) FROM party").fetchone() == (1,)
    db.close()


def sim_asked(sim):
    return any(value for key, value in sim.stats().items()
               if key == "requests" and value) or bool(sim.log())
