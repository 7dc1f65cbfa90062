"""One scenario per file: tests/cases/README.md describes the format."""

import calendar
import difflib
import hashlib
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import time

import exsim
import secret

SECRETS = secret.codings(exsim.PASSWORD, exsim.USER)
HEAD = re.compile(r"^== (.*)$")
# A comment wherever it stands: no content can begin so.
COMMENT = re.compile(r"^== #")
# In these a line that begins with # is content, in all others a comment.
CONTENT = {"file", "held", "ini", "ini+", "log", "mail", "raw", "same", "sh",
           "sql", "write"}
USUAL = ("anna@contoso.example", "ben@contoso.example")
DEFAULT_INI = """\
[exsync]
database = exsync.db
ca_file = $CA
[directory]
users = users.csv
contacts = contacts.csv
[profile hq]
url = $URL
auth = basic
username = $USER
password = $PASSWORD
domains = contoso.example
"""
DEFAULT_FILES = {
    "users.csv": "crm_id,address,name\n"
                 "u1,anna@contoso.example,Anna Arndt\n"
                 "u2,ben@contoso.example,Ben Baum\n",
    "contacts.csv": "crm_id,address,name\n"
                    "c1,carl@fabrikam.example,Carl Clay\n"
                    "c2,dora@fabrikam.example,Dora Dahl\n",
}
DEFAULT_MAIL = {
    "Message-ID": "<{name}@case.example>",
    "From": "Carl Clay <carl@fabrikam.example>",
    "To": "Anna Arndt <anna@contoso.example>",
    "Subject": "{name}",
    "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
}
FAULT_BINARY = os.environ.get(
    "EXSYNC_FAULT", os.path.join(exsim.TOP, "build", "fault", "exsync"))
# A limit of the fault build.
LIMIT = re.compile(r"EXSYNC_[A-Z_]+_MS=")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Times that every pass moves, though nothing happened.
VOLATILE = {
    "mailbox": {"last_ok_at", "last_pass_at", "retry_at", "passes",
                "updated_at"},
    "alert": {"last_at", "count"},
    "decision": {"walk"},
}
NOT_DUMPED = {"run", "sync_run", "sqlite_sequence"}
# What cases ask about, in few words.
VIEWS = """
CREATE TEMP VIEW copy AS
    SELECT e.subject, e.message_id, c.mailbox, f.path AS folder, c.is_read,
        c.removed_at IS NOT NULL AS removed, c.item_id, e.id AS email_id
    FROM email_copy c JOIN email e ON e.id = c.email_id
    JOIN folder f ON f.id = c.folder;
CREATE TEMP VIEW link AS
    SELECT e.subject, l.crm_type || ' ' || l.crm_id AS who, l.role
    FROM email_link l JOIN email e ON e.id = l.email_id;
CREATE TEMP VIEW addr AS
    SELECT e.subject, p.role, p.position, p.address, p.name, p.raw_address
    FROM email_party p JOIN email e ON e.id = p.email_id;
CREATE TEMP VIEW att AS
    SELECT e.subject, a.position, a.name, a.media_type, a.size,
        a.content_id, a.inline, a.kind, a.state, a.sha256, b.data, a.url
    FROM attachment a JOIN email e ON e.id = a.email_id
    LEFT JOIN blob b ON b.sha256 = a.sha256;
CREATE TEMP VIEW decided AS
    SELECT d.message_id, d.mailbox, d.verdict, d.rule, f.path AS folder
    FROM decision d LEFT JOIN folder f ON f.id = d.folder;
"""


class Failure(Exception):
    """The case did not end as it says; the text is shown."""


class Section:
    def __init__(self, path, line, head):
        self.path, self.line = path, line
        self.word, _, self.rest = head.strip().partition(" ")
        self.rest = self.rest.strip()
        self.body = []

    def text(self):
        return "".join(line + "\n" for line in self.body)

    def trimmed(self):
        """The body without the blank lines that set sections apart."""
        body = list(self.body)
        while body and not body[-1].strip():
            body.pop()
        return body

    def where(self):
        return f"{os.path.basename(self.path)}:{self.line}: == {self.word}"


def is_comment(line, sections):
    """Does the line, in the last of the sections, say nothing?"""
    return bool(COMMENT.match(line)) or (
        line.startswith("#") and bool(sections)
        and sections[-1].word not in CONTENT)


def parse(path):
    """A case file as (description, sections)."""
    description, sections = [], []
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        head = HEAD.match(line)
        if is_comment(line, sections):
            continue
        if head:
            text, start = head.group(1), number
            while text.endswith("\\") and number < len(lines):
                text = text[:-1] + " " + lines[number].strip()
                number += 1
            sections.append(Section(path, start, text))
        elif sections:
            sections[-1].body.append(line)
        elif line.startswith("#"):
            description.append(line.lstrip("# "))
        elif line.strip():
            raise Failure(f"{path}:{number}: text before the first section")
    return " ".join(description), sections


def merge_ini(base, extra):
    """Puts the keys of extra over those of base, section by section."""
    def read(text):
        order, sections = [], {}
        name = ""
        for line in text.splitlines():
            if re.match(r"^\[.*\]\s*$", line):
                name = line.strip()
            elif not line.strip():
                continue
            if name not in sections:
                order.append(name)
                sections[name] = []
            if not line.startswith("["):
                sections[name].append(line)
        return order, sections

    def key(line):
        return None if line[0] in " \t" else line.partition("=")[0].strip()

    order, sections = read(base)
    more_order, more = read(extra)
    for name in more_order:
        if name not in sections:
            order.append(name)
            sections[name] = []
        given = {key(line) for line in more[name]} - {None}
        kept = [line for line in sections[name] if key(line) not in given]
        # "- key" takes a key of the default away
        dropped = {k[1:].strip() for k in given if k.startswith("-")}
        kept = [line for line in kept if key(line) not in dropped]
        sections[name] = kept + [line for line in more[name]
                                 if not line.startswith("-")]
    return "".join("\n".join([name] * bool(name) + sections[name]) + "\n"
                   for name in order)


def make_mail(name, text):
    """Fills in the headers that a case does not care about."""
    head, _, body = text.strip("\n").partition("\n\n")
    present = {line.partition(":")[0].lower()
               for line in head.splitlines() if line[:1] not in " \t"}
    for header, value in DEFAULT_MAIL.items():
        if header.lower() in present:
            continue
        if header in ("MIME-Version", "Content-Type") and \
                "content-type" in present:
            continue
        head = (head + "\n" if head.strip() else "") + \
            f"{header}: {value.format(name=name)}"
    return head.strip("\n") + "\n\n" + (body or f"Body of {name}.") + "\n"


def cell(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return "x" + value.hex()
    text = str(value)
    return text.replace("\\", "\\\\").replace("\r", "\\r") \
               .replace("\n", "\\n")


def rows(cursor):
    return ["|".join(cell(v) for v in row) for row in cursor]


def dump_database(path):
    """Every public row as text, without what each pass moves."""
    out = []
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
    try:
        tables = [t for (t,) in db.execute(
            "SELECT name FROM sqlite_master "
            " WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sync\\_%' ESCAPE '\\' ORDER BY name")]
        for table in tables:
            if table in NOT_DUMPED:
                continue
            columns = [c[1] for c in db.execute(
                f'PRAGMA table_info("{table}")')]
            columns = [c for c in columns
                       if c not in VOLATILE.get(table, ())]
            picked = ", ".join(f'"{c}"' for c in columns)
            lines = []
            for row in db.execute(f'SELECT {picked} FROM "{table}"'):
                lines.append(table + ": " + " ".join(
                    f"{c}={short(v)}" for c, v in zip(columns, row)))
            out += sorted(lines)
    finally:
        db.close()
    return out


def short(value):
    if isinstance(value, (str, bytes)) and len(value) > 200:
        data = value.encode() if isinstance(value, str) else value
        return f"({len(data)} bytes {hashlib.sha256(data).hexdigest()[:16]})"
    return cell(value)


def sender_and_to(item):
    """The SMTP addresses that a dumped item names."""
    return [a for a in [*item["from"], *item["to"]]
            if a and re.fullmatch(r"[^@\s,;\"<>]+@[\w.-]+", a)]


def bare(message_id):
    """Without the <> that some mail leaves out."""
    return message_id.replace("<", "").replace(">", "")


def diff(want, got, want_name, got_name):
    return "\n".join(difflib.unified_diff(
        want, got, want_name, got_name, lineterm="", n=2))


class Case:
    """Runs the sections of one file in a directory of its own."""

    def __init__(self, path, directory):
        self.description, self.sections = parse(path)
        self.directory = str(directory)
        self.binary = os.environ.get(
            "EXSYNC", os.path.join(exsim.TOP, "exsync"))
        self.sim = None
        self.server_args = []
        self.plain = False
        self.replay = True
        self.now = None         # where both clocks stand; they run
        self.env = dict(os.environ)
        for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
            self.env.pop(name, None)
        self.ini = DEFAULT_INI
        self.run_number = 0
        self.marks = []         # (log offset, run number)
        self.last_run = None    # the section that "again" repeats
        self.background = {}
        self.holders = []
        self.output = ""
        self.kept = {}          # what "same" remembers
        self.mails = {}         # names of those that were written

    # --- names ----------------------------------------------------------

    def path(self, name):
        return os.path.join(self.directory, name)

    def expand(self, text):
        names = {"DIR": self.directory, "MAIL": exsim.MAIL,
                 "CA": exsim.CA, "USER": exsim.USER,
                 "PASSWORD": exsim.PASSWORD, "GROUP": str(os.getgid()),
                 "EXSYNC": self.binary}
        if self.sim is not None:
            names["URL"] = self.sim.url
            names["PORT"] = str(self.sim.parts.port)
            names["PIN"] = self.sim.pin()
        return re.sub(r"\$([A-Z]+)\b",
                      lambda m: names.get(m.group(1), m.group(0)), text)

    def needs_shared(self):
        return any(s.word == "needs" and s.rest == "shared"
                   for s in self.sections)

    # --- the run --------------------------------------------------------

    def run(self):
        for section in self.sections:
            if section.word == "server":
                self.plain = "--http" in section.rest.split()
                self.server_args = shlex.split(self.expand(section.rest))
                self.server_args = [
                    a for a in self.server_args if a != "--http"]
            elif section.word == "no" and section.rest == "replay":
                self.replay = False
        self.sim = exsim.Sim(
            self.directory, self.server_args, self.plain,
            may_lock=any(s.word == "locked" for s in self.sections))
        try:
            self.write_defaults()
            # exsync's clock and the simulator's: each moves with "later"
            # alone, so that what a run does hangs on no machine's speed
            stopped = any(s.word in ("later", "again") for s in self.sections)
            if stopped or any(s.word == "env" and LIMIT.match(s.rest)
                              for s in self.sections):
                self.use_fault_build()
            if stopped:
                self.set_clocks(int(time.time()))
            for section in self.sections:
                self.step(section)
            self.finish()
        except Failure as e:
            raise Failure(f"{e}\n{self.trace()}") from None
        except (exsim.Error, sqlite3.Error,
                subprocess.TimeoutExpired) as e:
            raise Failure(f"{section.where()}: {e}\n{self.trace()}") \
                from None
        finally:
            self.clean_up()

    def clean_up(self):
        for process in self.background.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        for db in self.holders:
            db.close()
        self.sim.stop()

    def trace(self):
        """What exsync said last, and what the simulator complained of."""
        parts = []
        if self.output:
            parts.append("--- exsync said:\n" + self.output[-4000:])
        said = self.sim.complaints()
        if said:
            parts.append("--- the simulator said:\n" + said[-4000:])
        return "\n".join(parts)

    def write_defaults(self):
        for name, text in DEFAULT_FILES.items():
            with open(self.path(name), "w", encoding="utf-8") as f:
                f.write(text)
            # a list that was just written is waited for
            os.utime(self.path(name), (1.7e9, 1.7e9))
        self.write_ini(self.ini)

    def write_ini(self, text):
        with open(self.path("exsync.ini"), "w", encoding="utf-8") as f:
            f.write(self.expand(text))
        os.chmod(self.path("exsync.ini"), 0o600)

    def step(self, section):
        name = section.word.replace("-", "_").replace("+", "_plus")
        method = getattr(self, "do_" + name, None)
        if method is None:
            raise Failure(f"{section.where()}: no such section")
        method(section)

    # --- sections -------------------------------------------------------

    def do_needs(self, section):
        pass

    def do_server(self, section):
        pass

    def do_no(self, section):
        pass

    def do_locked(self, section):
        """ACCOUNT...: this case is about accounts that get locked, and these
        are locked by now."""
        want, got = section.rest.split(), self.sim.stats()["locked"]
        if sorted(want) != sorted(got):
            raise Failure(f"{section.where()}: locked are {got}")

    def do_ini(self, section):
        self.ini = section.text()
        self.write_ini(self.ini)

    def do_ini_plus(self, section):
        self.ini = merge_ini(self.ini, section.text())
        self.write_ini(self.ini)

    def do_file(self, section):
        """NAME [crlf] [bom] [nonl] [mode=0600] [charset=latin1]"""
        name, *options = section.rest.split()
        text = self.expand("\n".join(section.trimmed()) + "\n")
        charset, mode = "utf-8", None
        for option in options:
            if option == "crlf":
                text = text.replace("\n", "\r\n")
            elif option == "bom":
                text = "\ufeff" + text
            elif option == "nonl":
                text = text.rstrip("\r\n")
            elif option.startswith("mode="):
                mode = int(option[5:], 8)
            elif option.startswith("charset="):
                charset = option[8:]
            else:
                raise Failure(f"{section.where()}: what is {option}?")
        with open(self.path(name), "wb") as f:
            f.write(text.encode(charset))
        if mode is not None:
            os.chmod(self.path(name), mode)

    def do_mail(self, section):
        text = make_mail(section.rest, "\n".join(section.trimmed()) + "\n")
        name = self.path(section.rest + ".eml")
        with open(name, "w", encoding="utf-8", newline="\r\n") as f:
            f.write(text)
        self.mails[section.rest] = name

    def do_raw(self, section):
        """A mail as it stands, nothing filled in."""
        name = self.path(section.rest + ".eml")
        with open(name, "w", encoding="utf-8", newline="\r\n") as f:
            f.write("\n".join(section.trimmed()) + "\n")
        self.mails[section.rest] = name

    def do_sim(self, section):
        self.sim.commands(self.expand(section.text()))

    def do_mailbox(self, section):
        """usual [NAME]... | empty: the mailboxes of the default users; in
        the inbox of the first lie the mails written so far, or those named.
        Body: commands, as in sim."""
        kind, *names = section.rest.split() or [""]
        if kind not in ("usual", "empty") or (names and kind == "empty"):
            raise Failure(f"{section.where()}: usual [NAME]... or empty")
        lines = [f"mailbox {address}" for address in USUAL]
        if kind == "usual":
            lines += [f"mail {USUAL[0]} @inbox $DIR/{name}.eml"
                      for name in names or self.mails]
        self.sim.commands(self.expand("\n".join(lines + section.body)))

    def do_env(self, section):
        name, _, value = section.rest.partition("=")
        self.env[name] = self.expand(value)

    def do_run(self, section):
        arguments, status = self.command_line(section)
        process = self.spawn(arguments)
        self.judge(section, process, status)
        self.last_run = section

    def do_start(self, section):
        name, _, arguments = section.rest.partition(" ")
        self.background[name] = self.spawn(shlex.split(
            self.expand(arguments)))

    def do_signal(self, section):
        name, which = section.rest.split()
        self.background[name].send_signal(
            getattr(signal, "SIG" + which))

    def do_wait(self, section):
        name, status = self.command_line(section)
        self.judge(section, self.background.pop(name[0]), status)

    def use_fault_build(self):
        """A release has neither such a clock nor such limits."""
        with open(self.binary, "rb") as f:
            if b"EXSYNC_NOW" not in f.read():
                self.binary = FAULT_BINARY
        if not os.path.exists(self.binary):
            raise Failure(f"{self.binary} is missing:"
                          " make V=fault build/fault/exsync")

    def set_clocks(self, now):
        self.now = now
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        self.env["EXSYNC_NOW"] = text
        self.sim.command(f"option now={text}")

    def do_later(self, section):
        """15m: so much time goes by, at once."""
        self.go_by(section, section.rest)

    def go_by(self, section, text):
        found = re.fullmatch(r"(\d+)([smhd])", text)
        if not found:
            raise Failure(f"{section.where()}: how long is {text}?")
        self.set_clocks(self.now + int(found[1]) * SECONDS[found[2]])

    def do_again(self, section):
        """8 1d [-> STATUS]: the run before this one eight times more, a day
        after each other. The body is expected of each."""
        (times, step), status = self.command_line(section)
        if self.last_run is None:
            raise Failure(f"{section.where()}: nothing ran before")
        arguments, _ = self.command_line(self.last_run)
        for _ in range(int(times)):
            self.go_by(section, step)
            self.judge(section, self.spawn(arguments), status)

    def due(self, when):
        """SQL: in how long that time comes, as "later" writes it."""
        if when is None:
            return None
        left = calendar.timegm(time.strptime(
            when[:19], "%Y-%m-%dT%H:%M:%S")) - self.now
        for unit in "dhms":
            if left % SECONDS[unit] == 0:
                return f"{left // SECONDS[unit]}{unit}"

    def do_until(self, section):
        """Waits until the query on the log gives a first value but 0."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.log_database().execute(section.rest).fetchone()
            if found and found[0]:
                return
            time.sleep(0.02)
        raise Failure(f"{section.where()}: never came true: {section.rest}")

    def do_until_sql(self, section):
        """The same with the database."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                db = self.database()
                found = db.execute(section.rest).fetchone()
                db.close()
                if found and found[0]:
                    return
            except sqlite3.Error:
                pass            # not there yet
            time.sleep(0.01)
        raise Failure(f"{section.where()}: never came true: {section.rest}")

    def do_sql(self, section):
        db = self.database()
        try:
            got = rows(db.execute(self.expand(section.rest)))
        finally:
            db.close()
        self.compare(section, got)

    def do_same(self, section):
        """NAME QUERY: gives what it gave the first time."""
        name, _, query = section.rest.partition(" ")
        db = self.database()
        try:
            got = rows(db.execute(query))
        finally:
            db.close()
        want = self.kept.setdefault(name, got)
        if want != got:
            raise Failure(f"{section.where()} {section.rest}\n"
                          + diff(want, got, "before", "now"))

    def do_stored(self, section):
        """ADDRESS [FOLDER]: what the server holds there is stored, each
        item by its id, with the subject and Message-ID it has."""
        address, _, folder = section.rest.partition(" ")
        want = sorted(
            f"{i['id'][-40:]} {i['message_id']} {i['subject']}"
            for i in self.sim.dump(address)
            if not folder or i["folder"] == folder)
        db = self.database()
        try:
            got = sorted(
                f"{item[-40:]} {message_id} {subject}"
                for item, message_id, subject in db.execute(
                    "SELECT item_id, message_id, subject FROM copy"
                    " WHERE mailbox = ? AND removed = 0"
                    " AND (? = '' OR folder = ?)",
                    (address, folder, folder)))
        finally:
            db.close()
        if want != got or not want:
            raise Failure(f"{section.where()} {section.rest}: {len(want)} "
                          f"there, {len(got)} stored\n"
                          + diff(want, got, "server", "stored")[:4000])

    def do_attachments(self, section):
        """ADDRESS: the contents of all its attached files are stored."""
        want = sorted(
            f"{i['subject']} {a['sha256']} {a['size']}"
            for i in self.sim.dump(section.rest)
            for a in i["attachments"] if a.get("kind", "file") == "file")
        db = self.database()
        try:
            got = sorted(
                f"{subject} {hashlib.sha256(data).hexdigest()} {size}"
                for subject, data, size in db.execute(
                    "SELECT subject, data, length(data) FROM att"
                    " WHERE kind = 'file' AND state = 'full'"))
        finally:
            db.close()
        if want != got or not want:
            raise Failure(f"{section.where()}: {len(want)} there, "
                          f"{len(got)} stored\n"
                          + diff(want, got, "server", "stored")[:4000])

    def do_everybody(self, section):
        """ADDRESS: whoever wrote or got mail of it becomes a contact."""
        people = set()
        for item in self.sim.dump(section.rest):
            people |= {a.strip().lower() for a in sender_and_to(item)}
        with open(self.path("contacts.csv"), "w", encoding="utf-8") as f:
            f.write("crm_id,address,name\n")
            for n, address in enumerate(sorted(people)):
                f.write(f"p{n},{address},\n")

    def do_decided(self, section):
        """ADDRESS: mail of somebody is stored under its subject and id;
        mail of nobody is skipped by match. No third thing."""
        db = self.database()
        try:
            copies = {item: f"{message_id}|{subject}"
                      for item, message_id, subject in db.execute(
                          "SELECT item_id, message_id, subject FROM copy")}
            skips = {item: rule for item, rule in db.execute(
                "SELECT item, rule FROM decision WHERE verdict = 'skip'")}
        finally:
            db.close()
        want, got = [], []
        for item in self.sim.dump(section.rest):
            name = f"{item['message_id']}|{item['subject']}"
            if sender_and_to(item):
                want.append(bare(name))
                got.append(bare(copies.get(item["id"],
                                           f"nothing of {name}")))
            else:
                want.append(f"{name} skipped by match")
                got.append(f"{name} skipped by "
                           f"{skips.get(item['id'], 'nobody')}")
        if want != got or not want:
            raise Failure(f"{section.where()}\n"
                          + diff(want, got, "server", "stored")[:6000])

    def do_held(self, section):
        """A query inside the transaction that "hold" keeps open."""
        self.compare(section, rows(self.holders[-1].execute(section.rest)))

    def do_write(self, section):
        """The CRM writes: statements, committed."""
        db = sqlite3.connect(self.path("exsync.db"), timeout=60)
        try:
            db.executescript(self.expand(section.text()))
        finally:
            db.close()

    def do_log(self, section):
        got = rows(self.log_database().execute(self.expand(section.rest)))
        self.compare(section, got)

    def do_hold(self, section):
        """hold read | write: a transaction another program keeps open."""
        db = sqlite3.connect(self.path("exsync.db"), timeout=60,
                             isolation_level=None)
        if section.rest == "read":
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM email").fetchone()
        else:
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT OR REPLACE INTO consumer(name, acked_seq)"
                       " VALUES('holder', 0)")
        self.holders.append(db)

    def do_release(self, section):
        """release [after SECONDS]"""
        if section.rest:
            time.sleep(float(section.rest.split()[-1]))
        for db in self.holders:
            if db.in_transaction:
                db.execute("COMMIT")
            db.close()
        self.holders = []

    def do_sh(self, section):
        done = subprocess.run(
            ["sh", "-c", self.expand(section.rest)], cwd=self.directory,
            env=self.env, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failure(f"{section.where()}: status {done.returncode}\n"
                          f"{done.stdout}{done.stderr}")
        self.compare(section, done.stdout.splitlines())

    # --- tools ----------------------------------------------------------

    def command_line(self, section):
        left, arrow, right = section.rest.rpartition("->")
        if not arrow:
            left, right = section.rest, "0"
        return shlex.split(self.expand(left)), int(right)

    def spawn(self, arguments):
        self.run_number += 1
        self.marks.append((len(self.sim.log()), self.run_number))
        out = open(self.path(f"run{self.run_number}.out"), "wb")
        err = open(self.path(f"run{self.run_number}.err"), "wb")
        with out, err:
            process = subprocess.Popen(
                [self.binary, "-c", self.path("exsync.ini"), *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env=self.env, cwd=self.directory)
        process.number = self.run_number
        process.words = arguments
        return process

    def judge(self, section, process, status):
        try:
            got = process.wait(180)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            got = "(still running after 180 s)"
        out = self.slurp(f"run{process.number}.out")
        err = self.slurp(f"run{process.number}.err")
        self.output = f"$ exsync {' '.join(process.words)}\n{out}{err}"
        if got != status:
            raise Failure(f"{section.where()}: exit status {got}, "
                          f"expected {status}")
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:"):
            if word in err:
                raise Failure(f"{section.where()}: {word}")
        if secret.shown(SECRETS, (out + err).encode()) is not None:
            raise Failure(f"{section.where()}: the password was shown")
        for line in section.trimmed():
            self.expect(section, self.expand(line), out, err)

    def expect(self, section, line, out, err):
        match = re.match(r"^(no )?(out|err): (.*)$", line)
        if not match:
            raise Failure(f"{section.where()}: not understood: {line}")
        negated, which, pattern = match.groups()
        found = re.search(pattern, out if which == "out" else err, re.M)
        if bool(found) == bool(negated):
            raise Failure(f"{section.where()}: "
                          f"{'unexpected' if negated else 'missing'}: "
                          f"{which}: {pattern}")

    def slurp(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def database(self):
        db = sqlite3.connect(
            f"file:{self.path('exsync.db')}?mode=ro", uri=True, timeout=60)
        db.executescript(VIEWS)
        if self.now is not None:
            db.create_function("due", 1, self.due)
        return db

    def compare(self, section, got):
        want = [self.expand(line) for line in section.trimmed()]
        if want != got:
            raise Failure(f"{section.where()} {section.rest}\n"
                          + diff(want, got, "expected", "got"))

    def log_database(self):
        """The simulator's log as tables log and body (one row for each
        mail whose body or MIME went out); run 0 is before the first."""
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE log(n, run, op, account, mailbox, status,"
                   " version, anchor, folder, base, body, mime, props,"
                   " ids, bodies, bytes_in, bytes_out, connection,"
                   " scheme, login, resumed)")
        db.execute("CREATE TABLE body(n, run, mailbox, message_id)")
        for n, entry in enumerate(self.sim.log()):
            run = max((r for at, r in self.marks if n >= at), default=0)
            shape = entry.get("shape") or {}
            bodies = entry.get("bodies") or []
            db.execute(
                "INSERT INTO log VALUES"
                "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (n, run, entry.get("op"), entry.get("account"),
                 entry.get("mailbox"), entry.get("status"),
                 entry.get("version"), entry.get("anchor"),
                 entry.get("folder"), shape.get("base"),
                 shape.get("body"), shape.get("mime"),
                 " ".join(shape.get("props") or []),
                 len(entry.get("ids") or []), len(bodies),
                 entry.get("bytes_in"), entry.get("bytes_out"),
                 entry.get("connection"), entry.get("scheme"),
                 entry.get("login"), entry.get("resumed")))
            for message_id in bodies:
                db.execute("INSERT INTO body VALUES(?,?,?,?)",
                           (n, run, entry.get("mailbox"), message_id))
        return db

    # --- what holds after every case -------------------------------------

    def finish(self):
        for name in list(self.background):
            raise Failure(f"{name} was started and never waited for")
        database = self.path("exsync.db")
        if os.path.exists(database):
            self.check_database(database)
            if self.replay and self.run_number:
                self.check_replay(database)
        found = secret.stored(SECRETS, self.directory)
        if found is not None:
            raise Failure(f"the password was stored in {found}")
        status = self.sim.stop()
        if status == exsim.LOCKED and any(
                s.word == "locked" for s in self.sections):
            return
        if status != 0:
            raise Failure(f"the simulator ended with status {status}")

    def check_database(self, path):
        db = sqlite3.connect(path, timeout=60)
        try:
            got = rows(db.execute("PRAGMA integrity_check"))
            got += rows(db.execute("PRAGMA foreign_key_check"))
        finally:
            db.close()
        if got != ["ok"]:
            raise Failure("the database is damaged:\n" + "\n".join(got))
        with open(path, "rb") as f:
            if exsim.PASSWORD.encode() in f.read():
                raise Failure("the password is in the database")

    def check_replay(self, path):
        """One more pass changes nothing."""
        before = dump_database(path)
        process = self.spawn(["--once"])
        section = Section("replay", 0, "replay (one more pass)")
        self.judge(section, process, 0)
        after = dump_database(path)
        if before != after:
            raise Failure("one more pass changed the database:\n"
                          + diff(before, after, "before", "after"))
