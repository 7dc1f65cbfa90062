"""The release binary: static, small, and alone in an empty chroot."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
MAX_BYTES = 4 * 1000 * 1000

INI = """\
[exsync]
database = exsync.db
ca_file = ca.pem
[directory]
users = users.csv
contacts = contacts.csv
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
"""


def chroot_command(directory):
    """How this user gets into a chroot; None: in no way."""
    plain = ["chroot", directory]
    unshare = ["unshare", "-r", "chroot", directory]
    for command in (plain, unshare):
        try:
            done = subprocess.run(
                command + ["/exsync", "--version"], capture_output=True,
                text=True, timeout=30, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            return command
    return None


def test_static():
    done = subprocess.run(["readelf", "-lW", BINARY], capture_output=True,
                          text=True, check=True)
    assert "INTERP" not in done.stdout
    assert "LOAD" in done.stdout


def test_position_independent():
    """Loaded at another address each time, and needs no library for it; what
    is written to when it starts is read-only after that."""
    done = subprocess.run(["readelf", "-hldW", BINARY], capture_output=True,
                          text=True, check=True)
    assert re.search(r"Type: +DYN", done.stdout), done.stdout
    assert re.search(r"FLAGS_1\).*\bPIE\b", done.stdout), done.stdout
    assert "GNU_RELRO" in done.stdout
    assert "BIND_NOW" in done.stdout
    for word in ("(NEEDED)", "TEXTREL", "INTERP"):
        assert word not in done.stdout, done.stdout


def test_size():
    assert os.path.getsize(BINARY) <= MAX_BYTES


@pytest.fixture
def jail(tmp_path):
    """A root file system of six files, and the server they point to."""
    directory = tmp_path / "jail"
    (directory / "etc").mkdir(parents=True)
    sim = exsim.Sim(str(tmp_path))
    sim.commands(
        "mailbox anna@contoso.example\n"
        "generate anna@contoso.example @inbox 40 3000 contacts=3"
        " attachment_every=5 attachment_bytes=5000\n")
    (directory / "etc" / "hosts").write_text(
        "127.0.0.1 localhost\n::1 localhost\n")
    (directory / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    shutil.copy(exsim.CA, directory / "ca.pem")
    ini = directory / "exsync.ini"
    ini.write_text(INI.format(url=sim.url, user=exsim.USER,
                              password=exsim.PASSWORD))
    ini.chmod(0o600)
    (directory / "users.csv").write_text(
        "crm_id,address,name\nu1,anna@contoso.example,Anna\n")
    (directory / "contacts.csv").write_text("crm_id,address,name\n")
    shutil.copy(BINARY, directory / "exsync")
    yield str(directory), sim
    assert sim.stop() == 0, sim.complaints()


def test_chroot(jail):
    """A whole pass by host name over TLS, with nothing else around it."""
    directory, _ = jail
    command = chroot_command(directory)
    assert command is not None, \
        "neither chroot nor unshare -r works here: cannot test"
    for _ in range(2):
        done = subprocess.run(
            command + ["/exsync", "-c", "/exsync.ini", "--once"],
            capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
    db = sqlite3.connect(os.path.join(directory, "exsync.db"))
    assert db.execute("SELECT count(*) FROM email").fetchone() == (40,)
    assert db.execute("SELECT count(*) FROM attachment"
                      " WHERE state = 'full'").fetchone()[0] == 8
    db.close()


@pytest.mark.parametrize("word", ["--help", "--version", "--schema"])
def test_speaks_without_config(word, tmp_path):
    """What needs no INI works without one, on standard output."""
    done = subprocess.run([BINARY, word], capture_output=True, text=True,
                          timeout=30, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() and not done.stderr


def test_schema_is_sql(tmp_path):
    """--schema prints what SQLite understands, a comment per column."""
    text = subprocess.run([BINARY, "--schema"], capture_output=True,
                          text=True, check=True, timeout=30).stdout
    db = sqlite3.connect(tmp_path / "empty.db")
    db.executescript(text)
    tables = {t for (t,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    assert {"meta", "party", "mailbox", "folder", "email", "email_body",
            "email_party", "email_link", "email_copy", "attachment", "blob",
            "change", "consumer", "decision", "failure", "alert",
            "run"} <= tables
    db.close()



def test_output_cannot_be_written():
    """A full disk behind standard output is said, head's pipe is not."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "--schema"], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 3
    assert "standard output cannot be written: No space" in done.stderr
    done = subprocess.run(
        f"{BINARY} --schema | true", shell=True, stderr=subprocess.PIPE,
        text=True, timeout=30)
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [(0,), (2,), (0, 1, 2)])
def test_closed_descriptors(closed, tmp_path):
    """No log line goes where standard error was: to alert_command's helper."""
    (tmp_path / "users.csv").write_text(
        "crm_id,address,name\nu1,anna@elsewhere.example,Anna\n")
    ini = tmp_path / "exsync.ini"
    ini.write_text(
        INI.format(url="https://localhost:1/EWS/Exchange.asmx", user="svc",
                   password="x")
        .replace("ca_file = ca.pem\n", "log_level = debug\nalert_command ="
                 " /bin/sh -c \"cat >> news; echo ==== >> news\"\n")
        .replace("contacts = contacts.csv\n", ""))
    ini.chmod(0o600)
    redirect = " ".join(f"{n}<&-" for n in closed)
    done = subprocess.run(
        f"exec {BINARY} --once {redirect}", shell=True, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 2, done.stderr
    news = (tmp_path / "news").read_text()
    assert news.count("====") == 1, news
    assert "\nstate: open\n" in news, news
