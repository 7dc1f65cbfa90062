"""database_group with the users that it is for: exsync's, and the CRM's, which
share one group and nothing else."""

import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
OURS, CRM, GROUP = 41001, 41002, 41010
INI = """\
[exsync]
database = {lib}/exsync.db
state_dir = {state}
ca_file = ca.pem
{group}
[directory]
users = users.csv
[profile hq]
url = {url}
username = {user}
password_file = hq.password
domains = contoso.example
"""
NAMES = ("exsync.db", "exsync.db-shm", "exsync.db-wal", "exsync.db.lock")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")


def become(uid, *groups):
    """A user with a group of its own, and these."""
    more = ["--groups=" + ",".join(map(str, groups))] if groups \
        else ["--clear-groups"]
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", *more]


class World:
    """As README shows: the program and the INI are root's, the database's
    directory and state_dir exsync's."""

    def __init__(self, where):
        self.where = where
        self.etc, self.lib, self.state = (
            where / x for x in ("etc", "lib", "state"))
        self.binary = where / "exsync"
        shutil.copy(BINARY, self.binary)
        self.sim = exsim.Sim(str(where))
        self.sim.commands("mailbox anna@contoso.example\n"
                          "generate anna@contoso.example @inbox 20 3000\n")
        for path, owner, mode in ((self.etc, 0, 0o750), (self.lib, OURS, 0o700),
                                  (self.state, OURS, 0o700)):
            path.mkdir()
            os.chown(path, owner, OURS)
            path.chmod(mode)
        shutil.copy(exsim.CA, self.etc / "ca.pem")
        self.put("users.csv",
                 "crm_id,address,name\nu1,anna@contoso.example,Anna\n")
        self.put("hq.password", exsim.PASSWORD + "\n")
        os.chown(self.etc / "hq.password", OURS, OURS)
        (self.etc / "hq.password").chmod(0o400)
        self.write_ini()

    def put(self, name, text):
        path = self.etc / name
        path.write_text(text)
        os.chown(path, 0, OURS)
        path.chmod(0o640)

    def write_ini(self, group=f"database_group = {GROUP}"):
        self.put("exsync.ini", INI.format(
            lib=self.lib, state=self.state, url=self.sim.url, group=group,
            user=exsim.USER))

    def command(self, what, who=None):
        return [*(who or become(OURS, GROUP)), self.binary, "-c",
                self.etc / "exsync.ini", what]

    def exsync(self, what="--once", who=None, status=0, **env):
        done = subprocess.run(
            self.command(what, who), cwd="/", capture_output=True, text=True,
            env={**os.environ, **env}, timeout=120, umask=0o077,
            stdin=subprocess.DEVNULL)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def crm(self, body):
        """Python as the CRM's user, with db; its output."""
        crm = Crm(self, body)
        return crm.end()

    def mode(self, path):
        s = os.stat(path)
        return stat.S_IMODE(s.st_mode), s.st_gid

    def is_shared(self):
        assert self.mode(self.lib) == (0o2770, GROUP)
        for name in NAMES:
            assert self.mode(self.lib / name) == (0o660, GROUP), name
        assert sorted(os.listdir(self.lib)) == sorted(NAMES)


class Crm:
    """The CRM at work. wait() waits for a line that it prints."""

    def __init__(self, world, body):
        self.process = subprocess.Popen(
            [*become(CRM, GROUP), "/usr/bin/python3", "-c",
             "import sqlite3, sys\n"
             f"db = sqlite3.connect('{world.lib}/exsync.db', timeout=30,"
             " isolation_level=None)\n" + body],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
            umask=0o077)

    def line(self):
        return self.process.stdout.readline().strip()

    def end(self):
        out, _ = self.process.communicate("", timeout=60)
        assert self.process.returncode == 0
        return out.split()

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def world():
    where = pathlib.Path(tempfile.mkdtemp(prefix="exsync-group-"))
    where.chmod(0o755)
    one = World(where)
    yield one
    assert one.sim.stop() == 0, one.sim.complaints()
    shutil.rmtree(where)


def more_mail(world, seed):
    world.sim.commands("generate anna@contoso.example @inbox 5 1000"
                       f" seed={seed}\n")


COUNT = "print(db.execute('SELECT count(*) FROM email').fetchone()[0])\n"
PARTY = ("db.execute(\"INSERT INTO party(crm_type,crm_id,address,name)"
         " VALUES('contact','{0}','{0}@x.example','{0}')\")\n")
ACK = ("db.execute(\"INSERT OR REPLACE INTO consumer(name,acked_seq)"
       " VALUES('crm',{})\")\n")


def test_both_work(world):
    """The CRM reads and writes after a pass, with files that it has created
    itself, and exsync goes on with those."""
    said = world.exsync("--check")
    assert (f"; database_group: {GROUP} ({GROUP}) may read and write "
            f"{world.lib}/exsync.db, and this user is in it; the next pass"
            in said.stdout)
    assert "warning" not in said.stderr
    world.exsync()
    world.is_shared()
    assert world.crm(COUNT + ACK.format(3) + PARTY.format("p1")) == ["20"]
    # whoever closes the file last removes them: the CRM has created anew
    assert not (world.lib / "exsync.db-wal").exists()
    crm = Crm(world, COUNT + ACK.format(4) +
              "print('ready', flush=True)\nsys.stdin.read()\n" + COUNT)
    assert [crm.line(), crm.line()] == ["20", "ready"]
    for name in ("exsync.db-wal", "exsync.db-shm"):
        assert os.stat(world.lib / name).st_uid == CRM
    world.is_shared()
    more_mail(world, 7)
    world.exsync()
    assert crm.end() == ["25"]
    # what a CRM that was killed has written lies in its WAL
    crm = Crm(world, ACK.format(5) + PARTY.format("p2") +
              "print('ready', flush=True)\nsys.stdin.read()\n")
    assert crm.line() == "ready"
    crm.kill()
    assert os.stat(world.lib / "exsync.db-wal").st_size > 0
    more_mail(world, 8)
    world.exsync()
    world.is_shared()
    assert world.crm(
        COUNT + "print(*[r[0] for r in db.execute('SELECT crm_id FROM party"
        " WHERE crm_type=\\'contact\\' ORDER BY 1')])\n"
        "print(*db.execute('SELECT acked_seq FROM consumer').fetchone())\n"
    ) == ["30", "p1", "p2", "5"]
    world.exsync("--status", become(CRM, OURS, GROUP))
    assert "; the next pass" not in world.exsync("--check").stdout


def test_while_a_pass_runs(world):
    """Both are at work at once, the sandbox included."""
    world.exsync()
    more_mail(world, 7)
    world.sim.commands("option delay_ms=400\n")
    process = subprocess.Popen(
        world.command("--once"), cwd="/", stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    try:
        crm = Crm(world, "import time\n"
                  "while db.execute('SELECT max(finished IS NULL) FROM"
                  " run').fetchone()[0] != 1:\n    time.sleep(0.05)\n" + ACK.format(9) +
                  PARTY.format("p1") + "print('written')\n" + COUNT)
        assert crm.end()[0] == "written"
        assert process.poll() is None, "the pass was over too soon"
    finally:
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    assert world.crm(COUNT) == ["25"]


def test_not_a_member(world):
    for what in ("--once", "--check"):
        done = world.exsync(what, become(OURS), 2)
        assert (f"exsync.ini:5: database_group: this user ({OURS}) is not in "
                f"group {GROUP}: run usermod -aG {GROUP} USER") in done.stderr
    assert os.listdir(world.lib) == []
    assert '"requests":0,' in world.sim.command("stats")
    # a pass that a lost membership keeps from beginning is told by --status
    world.exsync()
    world.exsync(who=become(OURS), status=2)
    done = world.exsync("--status", status=1)
    assert f"is not in group {GROUP}: run usermod" in done.stdout
    shutil.rmtree(world.lib)
    world.lib.mkdir()
    # its first group counts as well
    os.chown(world.lib, OURS, OURS)
    world.write_ini(f"database_group = {OURS}")
    world.exsync(who=become(OURS))
    assert world.mode(world.lib / "exsync.db") == (0o660, OURS)


def test_by_name(world):
    with open("/etc/group", encoding="utf-8") as f:
        name, _, gid, _ = f.readlines()[-1].split(":")
    world.write_ini(f"database_group = {name}")
    done = world.exsync("--check", become(OURS, gid))
    assert f"; database_group: {name} ({gid}) may read" in done.stdout
    world.exsync(who=become(OURS, gid))
    assert world.mode(world.lib / "exsync.db") == (0o660, int(gid))


def test_existing_file(world):
    """A file from before is adapted while somebody has it open, with its WAL;
    one that is another user's is not ours to change."""
    world.write_ini("")
    world.exsync()
    for name in NAMES:
        assert world.mode(world.lib / name) == (0o600, OURS)
    reader = sqlite3.connect(f"file:{world.lib}/exsync.db?mode=ro", uri=True)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM email").fetchone() == (20,)
    world.write_ini()
    world.exsync()
    world.is_shared()
    assert world.crm(COUNT + ACK.format(1)) == ["20"]
    reader.close()
    os.chown(world.lib / "exsync.db", CRM, OURS)
    done = world.exsync(status=2)
    assert (f"database_group: {world.lib}/exsync.db: should have group {GROUP}"
            f" and mode 660, and belongs to user {CRM}") in done.stderr
    assert f"chgrp {GROUP} {world.lib}/exsync.db" in done.stderr
    assert world.exsync("--check", status=2).stderr.count("chgrp") == 1


def test_the_directory_of_root(world):
    """What an administrator has made so is left as it is; else the sentence
    has what is to be run."""
    os.chown(world.lib, 0, 0)
    world.lib.chmod(0o775)
    done = world.exsync(status=2)
    assert (f"{world.lib}: should have group {GROUP} and mode 2770, and "
            "belongs to user 0") in done.stderr
    assert f"chgrp {GROUP} {world.lib} && chmod 2770 {world.lib}" in done.stderr
    assert world.mode(world.lib) == (0o775, 0)
    os.chown(world.lib, 0, GROUP)
    world.lib.chmod(0o2775)
    world.exsync()
    assert world.mode(world.lib) == (0o2775, GROUP)
    assert world.crm(COUNT) == ["20"]
    # in exsync's own, others have no business, unless more than it lies there
    os.chown(world.lib, OURS, GROUP)
    for note, mode in ((True, 0o2775), (False, 0o2770)):
        world.lib.chmod(0o2775)
        if note:
            (world.lib / "note").touch()
        world.exsync()
        assert world.mode(world.lib) == (mode, GROUP)
        (world.lib / "note").unlink(missing_ok=True)


@pytest.mark.parametrize("what", ["/var/tmp", "home", "sticky", "files", "root"])
def test_shared_directory(world, what):
    """Never changed, and nothing is written into it."""
    why, env, who = "it belongs to the system", {}, become(OURS, GROUP)
    if what == "/var/tmp":
        world.lib = pathlib.Path(what)
    elif what == "root":
        world.lib, who = pathlib.Path("/var/lib"), []
    elif what == "home":
        why, env = "it is a home directory", {"HOME": str(world.lib)}
    elif what == "sticky":
        world.lib.chmod(0o1777)
        why = "everybody may write in it"
    else:
        (world.lib / "backup.tar").touch()
        (world.lib / "export.csv").touch()
        why = "it holds "
    world.write_ini()
    before, there = world.mode(world.lib), sorted(os.listdir(world.lib))
    for command in ("--once", "--check"):
        done = world.exsync(command, who or become(0), 2, **env)
        assert f"{world.lib}: is not the database's alone ({why}" in done.stderr
        assert "write database = /var/lib/exsync-crm/exsync.db" in done.stderr
    assert world.mode(world.lib) == before
    if what not in ("/var/tmp", "root"):
        assert sorted(os.listdir(world.lib)) == there
    assert not (world.lib / "exsync.db").exists()


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_planted(world, make):
    """The group may write in the directory: what it puts there does not make
    exsync, even as root, give another file away."""
    world.exsync()
    victim = world.where / "shadow"
    for name in NAMES[1:]:
        victim.write_text("secret\n")
        victim.chmod(0o600)
        (world.lib / name).unlink()
        make(victim, world.lib / name)
        world.exsync(who=become(0), status=3)
        assert world.mode(victim) == (0o600, 0), name
        assert victim.read_text() == "secret\n"
        (world.lib / name).unlink()


def test_what_check_tells(world):
    """Other files in the directory, and a way that the group cannot go."""
    world.exsync()
    for i in range(7):
        (world.lib / f"note{i}").touch()
    world.where.chmod(0o750)
    os.chown(world.where, 0, OURS)
    done = world.exsync("--check")
    assert done.stderr.count("is not the database's, and group") == 5
    assert f"database_group: {world.lib}: holds 2 more of them" in done.stderr
    assert (f"database_group: {world.where}: group {GROUP} may not enter it"
            in done.stderr)
    assert "chmod o+x" in done.stderr
    world.exsync()
    world.where.chmod(0o755)
