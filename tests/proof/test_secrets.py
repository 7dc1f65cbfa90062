"""No secret in a log, an error, the database or what is printed.

Runs of every kind, good and bad, with every source of passwords and with
log_level = debug; then everything that came of them is searched for each
secret, as it is and in every coding it is sent or kept in.
"""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import urllib.parse

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402
import scheme  # noqa: E402
from secret import codings, shown  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
USER = exsim.USER
GOOD = exsim.PASSWORD
WRONG = "Wr0ng+pass/word=\u00fc?"
OWN = "own-mailbox's %41 secret"
PROXY = "pr0xy:p\u00e4ss@word"

INI = """\
[exsync]
database = exsync.db
log_level = debug
{exsync}
[directory]
users = users.csv
[profile hq]
url = {url}
username = {user}
{password}
domains = contoso.example
{more}
"""


class Runs:
    """exsync in one directory; everything it says is kept."""

    def __init__(self, directory, url):
        self.directory, self.url = str(directory), url
        self.said = []
        self.secrets = set()
        self.write("users.csv", "crm_id,address,name\n"
                   "u1,anna@contoso.example,Anna\n", 0o644)

    def secret(self, text, user=USER):
        self.secrets |= codings(text, user)
        return text

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    def ini(self, password, exsync=None, more="", url=None, mode=0o600):
        self.write("exsync.ini", INI.format(
            url=url or self.url, user=USER, password=password,
            exsync=f"ca_file = {exsim.CA}" if exsync is None else exsync,
            more=more), mode)

    def run(self, *words, status=None, stdin=None, env=None):
        done = subprocess.run(
            [BINARY, "-c", "exsync.ini", *words], cwd=self.directory,
            input=stdin.encode() if stdin else b"", capture_output=True,
            env={**os.environ, **(env or {})}, timeout=120)
        if words != ("--encrypt",):
            self.said.append((words, done.stdout + done.stderr))
        if status is not None:
            assert done.returncode == status, \
                (words, done.stdout, done.stderr)
        return done

    def all_of_it(self, status=None, env=None, dry=True):
        """Every command that reads the settings."""
        self.run("--check", env=env)
        if dry:
            self.run("--once", "--dry-run", env=env)
        self.run("--once", status=status, env=env)
        for words in (("--status",), ("--status", "--json"), ("--test",)):
            if words[0] in HELP:
                self.run(*words, env=env)

    def search(self):
        for words, text in self.said:
            for form in self.secrets:
                assert form not in text, (words, form, text)
        seen = 0
        for name in os.listdir(self.directory):
            if not name.startswith("exsync.db"):
                continue
            seen += 1
            with open(os.path.join(self.directory, name), "rb") as f:
                data = f.read()
            for form in self.secrets:
                assert form not in data, (name, form)
        return seen


HELP = subprocess.run([BINARY, "--help"], capture_output=True, text=True,
                      check=True, timeout=30).stdout.split()


@pytest.fixture
def runs(tmp_path):
    directory = tmp_path / "home"
    directory.mkdir()
    sim = exsim.Sim(str(tmp_path))
    sim.commands("mailbox anna@contoso.example\n"
                 "generate anna@contoso.example @inbox 5 2000\n")
    yield Runs(directory, sim.url)
    sim.stop()


def test_codings():
    """The search finds what it looks for."""
    header = b"Authorization: Basic " + base64.b64encode(
        f"{USER}:{WRONG}".encode())
    assert any(form in header for form in codings(WRONG, USER))
    assert any(form in base64.b64encode(b"x" + WRONG.encode() + b"yz")
               for form in codings(WRONG))


def test_sources(runs):
    """Each source of a password that is right; the write-ahead log is looked
    at too, kept by a reader."""
    runs.secret(GOOD)
    runs.ini(f"password = {GOOD}")
    runs.all_of_it(status=0)
    db = sqlite3.connect(os.path.join(runs.directory, "exsync.db"))
    db.execute("BEGIN")
    db.execute("SELECT count(*) FROM email").fetchone()
    runs.write("hq.password", GOOD + "\n")
    runs.ini("password_file = hq.password")
    runs.all_of_it(status=0)
    runs.ini("password_env = HQ_PASSWORD")
    runs.all_of_it(status=0, env={"HQ_PASSWORD": GOOD})
    assert runs.search() >= 3  # the file, its log and its index
    db.close()


def test_encrypted(runs):
    """enc: in the INI, which others may read then, and in a file."""
    key = f"ca_file = {exsim.CA}\nsecret_key_file = exsync.key"
    runs.secret(GOOD)
    runs.ini("", exsync=key)
    done = runs.run("--encrypt", stdin=GOOD + "\n", status=0)
    value = done.stdout.decode().strip()
    assert value.startswith("enc:1:") and GOOD not in value
    path = os.path.join(runs.directory, "exsync.key")
    assert os.stat(path).st_mode & 0o777 == 0o600
    with open(path, encoding="ascii") as f:
        text = f.read().strip()
    runs.secret(bytes.fromhex(text))
    runs.secret(text)
    runs.ini(f"password = {value}", exsync=key, mode=0o644)
    runs.all_of_it(status=0)
    runs.write("hq.password", value + "\n")
    runs.ini("password_file = hq.password", exsync=key)
    runs.all_of_it(status=0)
    # damaged, then with another key
    runs.ini(f"password = {value[:-3]}AAA", exsync=key)
    done = runs.run("--check", status=2)
    assert b"exsync.ini:11: password: does not open with the key" \
        in done.stderr
    runs.write("exsync.key", "00" * 32 + "\n")
    runs.ini(f"password = {value}", exsync=key)
    runs.run("--check", status=2)
    os.chmod(path, 0o640)
    done = runs.run("--check", status=2)
    assert b"run chmod 600" in done.stderr
    runs.search()


def test_credentials(runs, tmp_path):
    """systemd's credentials: LoadCredential=hq.password:... """
    runs.secret(GOOD)
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "hq.password").write_text(GOOD + "\n")
    (directory / "hq.password").chmod(0o440)
    runs.ini("password_file = hq.password")
    runs.run("--check", status=2)  # nowhere yet
    env = {"CREDENTIALS_DIRECTORY": str(directory)}
    runs.all_of_it(status=0, env=env)
    # its own name goes before a file beside the INI
    runs.write("hq.password", runs.secret(WRONG) + "\n")
    runs.all_of_it(status=0, env=env)
    runs.search()


def nt_hash(password):
    """MD4 of the password in UTF-16 (MS-NLMP 3.3.1): worth as much as it."""
    done = subprocess.run(
        ["openssl", "dgst", "-md4", "-binary", "-provider", "legacy",
         "-provider", "default"], input=password.encode("utf-16-le"),
        capture_output=True, timeout=60)
    if done.returncode != 0:
        pytest.skip("openssl has no MD4 here")
    return done.stdout


@pytest.mark.parametrize("way", ["ntlm", "oauth"])
def test_each_way_in(tmp_path, way):
    """Neither password nor what stands for it: the NT hash; the client's
    secret, each token, and what the requests for them were proved with."""
    home = tmp_path / "home"
    home.mkdir()
    sim = exsim.Sim(str(tmp_path), scheme.words(way))
    scheme.prepare(way, sim)
    sim.commands("mailbox anna@contoso.example\n"
                 "generate anna@contoso.example @inbox 5 2000\n")
    runs = Runs(home, sim.url)
    try:
        runs.secret(GOOD)
        runs.secret(scheme.SECRET, "exsync-tests")
        runs.secret(nt_hash(GOOD))
        text = INI.format(
            url=sim.url, user=USER, password=f"password = {GOOD}",
            exsync=f"ca_file = {exsim.CA}", more="").replace(
                f"username = {USER}", f"auth = basic\nusername = {USER}")
        runs.write("exsync.ini", scheme.ini(way, text, sim, str(home)))
        runs.all_of_it(status=0)
        runs.run("--verify", status=0)
        given = json.loads(sim.command("tokens")) if way == "oauth" else []
        assert (len(given) > 0) == (way == "oauth")
        for token in given:
            runs.secret(token)
        # a secret that is wrong
        runs.write("app.secret", runs.secret(WRONG, "exsync-tests") + "\n")
        if way == "oauth":
            runs.all_of_it()
        assert runs.search() >= 1
        for name in os.listdir(home / "exsync.state"):
            data = (home / "exsync.state" / name).read_bytes()
            assert shown(runs.secrets, data) is None, name
    finally:
        sim.stop()


def test_no_verifier(runs):
    """Of a rejected login the database holds nothing that a guess could be
    tried with: that is in state_dir, which is closed to others."""
    runs.secret(WRONG)
    runs.ini(f"password = {WRONG}")
    old = os.umask(0o002)
    try:
        runs.all_of_it()
    finally:
        os.umask(old)
    state = os.path.join(runs.directory, "exsync.state")
    assert os.stat(state).st_mode & 0o777 == 0o700
    with open(os.path.join(state, "logins"), encoding="ascii") as f:
        text = f.read()
    for name in os.listdir(state):
        path = os.path.join(state, name)
        assert os.stat(path).st_mode & 0o777 == 0o600, name
    # the salt and the verifiers
    words = [w for w in text.split() if len(w) == 64]
    assert len(words) == 2, text
    for word in words:
        runs.secrets |= codings(word) | codings(bytes.fromhex(word))
    for form in codings(WRONG, USER):
        assert form not in text.encode()
    assert runs.search() >= 1
    db = sqlite3.connect(os.path.join(runs.directory, "exsync.db"))
    assert db.execute("SELECT scope, hash FROM sync_login").fetchall() \
        == [("profile hq", "")]
    db.close()


def test_faults(runs):
    """Errors that come near to a secret."""
    runs.secret(GOOD)
    runs.secret(WRONG)
    runs.secret(OWN)
    runs.secret(PROXY, "pu")
    runs.ini(f"password = {WRONG}")
    runs.all_of_it()  # the server says no
    runs.ini(f"password = {GOOD}", more="[mailbox anna]\n"
             "address = anna@contoso.example\nprofile = hq\n"
             f"username = anna@contoso.example\npassword = {OWN}")
    runs.all_of_it(dry=False)
    quoted = urllib.parse.quote(PROXY, safe="")
    runs.ini(f"password = {GOOD}", exsync=f"ca_file = {exsim.CA}\n"
             f"proxy = http://pu:{quoted}@127.0.0.1:1")
    runs.all_of_it(dry=False)
    runs.ini(f"password = {GOOD}")
    runs.all_of_it(dry=False, env={"https_proxy": f"http://pu:{quoted}@127.0.0.1:1"})
    runs.all_of_it(dry=False, env={"https_proxy": f"https://pu:{quoted}@127.0.0.1:1"})
    runs.ini(f"password = {GOOD}", url="https://localhost:1/x")
    runs.all_of_it(dry=False)
    runs.search()


BAD_INI = [
    f"password = {GOOD} ;{WRONG}",
    f"password = {GOOD}\npassword = {WRONG}",
    f"pasword = {GOOD}",
    f"password {GOOD}",
    f"password = {GOOD}\n  {WRONG}",
    f"[profile {GOOD}",
    "password = enc:" + GOOD,
    f"password = {GOOD}\npassword_file = users.csv",
    "password = " + GOOD * 12,
]


@pytest.mark.parametrize("lines", BAD_INI)
def test_bad_ini(runs, lines):
    """What is wrong in the INI near a password."""
    runs.secret(GOOD)
    runs.secret(WRONG)
    runs.ini(lines)
    runs.run("--check", status=2)
    runs.run("--once", status=2)
    if lines.startswith("[profile"):
        return  # a section's name is not a secret
    runs.search()


def test_refused(runs):
    """A file that others may read: the command that repairs it."""
    runs.secret(GOOD)
    runs.ini(f"password = {GOOD}", mode=0o640)
    done = runs.run("--once", status=2)
    assert b"chmod 600 exsync.ini" in done.stderr
    runs.write("hq.password", GOOD, 0o604)
    runs.ini("password_file = hq.password", mode=0o644)
    done = runs.run("--once", status=2)
    assert b"chmod 600 hq.password" in done.stderr
    runs.search()
