"""What a running exsync may still do: nothing but its work.

The fault build tries from the inside (EXSYNC_SANDBOX_PROBE, src/cmd/probe.c);
the release build is looked at from the outside while it works.
"""

import ctypes
import os
import platform
import subprocess
import sys
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
FILES = {"read": DENIED, "write": DENIED, "create": DENIED, "unlink": DENIED,
         "list": DENIED}
CALLS = {"chmod": REFUSED, "exec": REFUSED, "execveat": REFUSED,
         "fork": REFUSED, "packet": REFUSED, "raw": REFUSED, "unix": REFUSED,
         "listen": REFUSED, "ptrace": REFUSED, "vm_read": REFUSED,
         "code": REFUSED, "io_uring": UNKNOWN, "bpf": REFUSED,
         "mount": REFUSED, "kill": REFUSED,
         # what a sync needs
         "thread": "done", "tcp": "done", "udp": "done", "route": "done"}


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


def run(binary, directory, **env):
    return subprocess.run(
        [binary, "-c", "exsync.ini", "--once"], cwd=directory,
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
    ("seccomp", "system calls are not restricted", ""),
    ("landlock seccomp", "system calls are not restricted",
     "this kernel has no Landlock"),
    ("no_new_privs", "off, this kernel has no no_new_privs", ""),
])
def test_lacking(place, lacks, said, kept):
    """A kernel that lacks a part: the rest is used, the log says what is
    not, and the pass is done."""
    directory, _, _ = place
    done = subprocess.run(
        [sys.executable, "-c", LACKS, lacks, BINARY, "-c", "exsync.ini",
         "--once"], cwd=directory, capture_output=True, text=True,
        timeout=120, stdin=subprocess.DEVNULL)
    if done.returncode == 77:
        pytest.skip("no filter may be set here")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [x for x in done.stderr.splitlines() if "sandbox: " in x]
    assert any(said in x for x in lines), lines
    assert any(kept in x for x in lines), lines
    assert "40 mails stored" in done.stdout


def sim_asked(sim):
    return any(value for key, value in sim.stats().items()
               if key == "requests" and value) or bool(sim.log())
