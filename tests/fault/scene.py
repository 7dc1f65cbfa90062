"""What the fault tests share: running exsync, comparing databases, saying
how a check ended."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))

import exsim  # noqa: E402
import secret  # noqa: E402

RELEASE = os.environ.get("EXSYNC", os.path.join(TOP, "exsync"))
FAULT = os.environ.get(
    "EXSYNC_FAULT", os.path.join(TOP, "build", "fault", "exsync"))
SHORT = os.environ.get("FAULT_SHORT", "") not in ("", "0")
USERS = ("crm_id,address,name\n"
         "u1,anna@contoso.example,Anna Arndt\n"
         "u2,ben@contoso.example,Ben Baum\n")
SECRETS = secret.codings(exsim.PASSWORD, exsim.USER)

# s; nothing but a hang takes so long: a pass takes one or two.
HANG = 120
_lock = threading.Lock()
_bad = 0


def markers(seed, lot):
    """The simulator's: those of each third seed count seconds, as a real
    server's do. With MARKERS=coarse those of all do."""
    otherwise = lot.choice(["on", "on", "off"])
    return "coarse" if seed % 3 == 2 else os.environ.get("MARKERS", otherwise)


class Wrong(Exception):
    """A check did not hold; the text says which."""


def check(condition, text):
    if not condition:
        raise Wrong(text)


def say(verdict, name, why=""):
    global _bad
    with _lock:
        print(f"{verdict} {name}", flush=True)
        for line in why.rstrip().splitlines():
            print("#   " + line, flush=True)
        _bad += verdict == "not ok"


def test(name, function, *args):
    """Runs function; one line about how it ended. True: well."""
    began = time.monotonic()
    try:
        note = function(*args)
    except Exception as e:  # whatever it is, it is this test's end
        why = str(e) if isinstance(e, (Wrong, exsim.Error)) \
            else traceback.format_exc()
        say("not ok", name, why)
        return False
    say("ok", f"{name} ({note + ', ' if note else ''}"
        f"{time.monotonic() - began:.1f} s)")
    return True


def status():
    return 1 if _bad else 0


def in_parallel(workers, jobs):
    """Runs the jobs, each a tuple (function, *args), on some threads."""
    jobs = list(jobs)[::-1]

    def work():
        while True:
            with _lock:
                if not jobs:
                    return
                function, *args = jobs.pop()
            function(*args)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def scratch():
    """A directory of its own, in memory where that is possible: what is
    tested is the order of writes, and the kernel outlives the process."""
    for base in ("/dev/shm", None):
        if base is None or os.access(base, os.W_OK):
            return tempfile.mkdtemp(prefix="exsync-fault-", dir=base)


def write(path, text, mode=0o600):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    if path.endswith(".csv"):  # one that was just written is waited for
        os.utime(path, (1.7e9, 1.7e9))


class Run:
    """One exsync that has ended."""

    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err = status, out, err
        self.seconds = seconds

    def said(self):
        return f"status {self.status}, {self.seconds:.1f} s\n" \
            f"{self.out[-1500:]}{self.err[-3000:]}"

    def want(self, status):
        check(self.status == status,
              f"exit status {status} was expected: {self.said()}")
        return self


def environment(**extra):
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("EXSYNC_") and "proxy" not in k.lower()}
    env.update({k: str(v) for k, v in extra.items()})
    return env


def exsync(directory, *args, verb="--once", binary=FAULT, timeout=HANG,
           wrap=(), **env):
    """Runs exsync in directory. wrap: a command that runs it."""
    began = time.monotonic()
    command = [*wrap, binary, verb, *args]
    try:
        done = subprocess.run(
            command, cwd=directory, env=environment(**env),
            stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8", errors="replace", timeout=timeout)
    except subprocess.TimeoutExpired as e:
        raise Wrong(f"{' '.join(command)} did not end within {timeout} s\n"
                    + (e.stderr or b"").decode("utf-8", "replace")[-2000:]) \
            from None
    found = secret.shown(SECRETS, (done.stdout + done.stderr).encode())
    check(found is None, f"the password is shown: {found}")
    return Run(done.returncode, done.stdout, done.stderr,
               time.monotonic() - began)


# --- databases -----------------------------------------------------------

def open_db(directory, name="exsync.db"):
    db = sqlite3.connect(os.path.join(directory, name), timeout=60)
    db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
    return db


def copy_db(source, target):
    """The database of one directory, its WAL included, into another."""
    for end in ("", "-wal", "-shm"):
        new = os.path.join(target, "exsync.db" + end)
        old = os.path.join(source, "exsync.db" + end)
        if os.path.exists(new):
            os.unlink(new)
        if os.path.exists(old):
            shutil.copy(old, new)


def sound(db):
    """SQLite itself and the foreign keys find nothing wrong."""
    found = db.execute("PRAGMA integrity_check").fetchall()
    check(found == [("ok",)], f"integrity_check: {found[:5]}")
    found = db.execute("PRAGMA foreign_key_check").fetchall()
    check(found == [], f"foreign_key_check: {found[:5]}")


# What must hold in every file, half-way through a pass or not: (what is wrong,
# a query that finds it).
HOLDS = (
    ("contents that are counted wrongly",
     "SELECT * FROM (SELECT b.sha256, u.refs, (SELECT count(*)"
     " FROM sync_attachment a WHERE a.sha256 = b.sha256) + (SELECT count(*)"
     " FROM sync_edition_attachment a WHERE a.sha256 = b.sha256) AS rows"
     " FROM blob b LEFT JOIN sync_blob u ON u.blob = b.n)"
     " WHERE coalesce(refs, 0) <> rows"),
    ("contents that nobody has and that are not on the list of those, or"
     " the other way round",
     "SELECT b.sha256, u.refs, l.blob FROM blob b"
     " LEFT JOIN sync_blob u ON u.blob = b.n"
     " LEFT JOIN sync_blob_loose l ON l.blob = b.n"
     " WHERE (coalesce(u.refs, 0) = 0) <> (l.blob IS NOT NULL)"),
    ("attachments whose content is not there",
     "SELECT a.sha256 FROM (SELECT sha256 FROM sync_attachment UNION ALL"
     " SELECT sha256 FROM sync_edition_attachment) a"
     " LEFT JOIN blob b ON b.sha256 = a.sha256"
     " WHERE a.sha256 IS NOT NULL AND b.n IS NULL"),
    ("counts without a content",
     "SELECT blob FROM (SELECT blob FROM sync_blob UNION ALL"
     " SELECT blob FROM sync_blob_loose)"
     " WHERE blob NOT IN (SELECT n FROM blob)"),
    ("items, or places in a thread, of a mail that is not there",
     "SELECT email FROM (SELECT email FROM decision UNION ALL"
     " SELECT email FROM sync_thread)"
     " WHERE email IS NOT NULL AND email NOT IN (SELECT n FROM sync_email)"),
    ("copies with an edition of another mail, or with one though they are"
     " gone",
     "SELECT c.email, c.mailbox, c.item_id FROM sync_copy c"
     " LEFT JOIN sync_edition x ON x.n = c.edition AND x.email = c.email"
     " WHERE c.edition IS NOT NULL"
     " AND (x.n IS NULL OR c.removed_at IS NOT NULL)"),
    ("copies without an edition, of a mail that has some",
     "SELECT c.email, c.mailbox, c.item_id FROM sync_copy c JOIN decision d"
     " ON d.mailbox = c.mailbox AND d.item = c.item_id"
     " WHERE c.edition IS NULL AND c.removed_at IS NULL"
     " AND d.verdict IN ('keep', 'headers') AND d.email = c.email"
     " AND c.email IN (SELECT email FROM sync_edition)"),
    ("editions that no copy has",
     "SELECT n, email FROM sync_edition WHERE n NOT IN"
     " (SELECT edition FROM sync_copy WHERE edition IS NOT NULL)"),
    ("mails with only one edition",
     "SELECT email, count(*) FROM sync_edition GROUP BY email"
     " HAVING count(*) = 1"),
    ("mails that show the text of no edition",
     "SELECT email FROM sync_edition WHERE weight >= 0 GROUP BY email"
     " HAVING min(differs) = 1"),
    ("editions that have a text and show the mail's",
     "SELECT n, email FROM sync_edition WHERE NOT differs"
     " AND (text IS NOT NULL OR html IS NOT NULL)"),
    ("bodies whose html_text is missing, or not to be there",
     "SELECT what, r.n FROM (SELECT 'texts' AS what, n, text, html, html_text"
     " FROM sync_email UNION ALL SELECT 'edition texts', n, text, html,"
     " html_text FROM sync_edition) r JOIN sync_mark m USING(what)"
     " WHERE (html_text IS NULL) <> (text IS NOT NULL OR html IS NULL)"
     " AND (html_text IS NOT NULL OR r.n > m.n)"),
    ("parts of no edition",
     "SELECT edition FROM (SELECT edition FROM sync_edition_party UNION"
     " SELECT edition FROM sync_edition_attachment)"
     " WHERE edition NOT IN (SELECT n FROM sync_edition)"),
    ("items to be decided anew that are kept, or not there",
     "SELECT w.mailbox, w.item FROM sync_anew w WHERE NOT EXISTS"
     " (SELECT 1 FROM decision d WHERE d.mailbox = w.mailbox"
     " AND d.item = w.item AND d.state = 0"
     " AND d.verdict IN ('skip', 'headers'))"),
    ("mails that are not in their thread, or there twice",
     "SELECT thread_id, id FROM (SELECT thread_id, id FROM email UNION ALL"
     " SELECT thread_id, email_id FROM email_thread)"
     " GROUP BY 1, 2 HAVING count(*) <> 2"),
    ("variants of a variant",
     "SELECT e.id, v.id FROM sync_email e JOIN sync_email v"
     " ON v.n = e.variant_of WHERE v.variant_of IS NOT NULL"),
)
EMAIL = ["id", "message_id", "in_reply_to", "refs", "conversation_id",
         "thread_id", "direction", "subject", "sent_at", "received_at",
         "importance", "sensitivity", "item_class", "has_attachments",
         "size", "body_state", "headers", "message_key", "in_reply_to_key",
         "unlinked_at"]
# All that is stored, without what depends on when, how often and in which
# order things happened (LEFT_OUT says which columns these are).
DUMP = {
    "meta": "key FROM meta",
    "party": "crm_type, crm_id, address, name, source, upn, sid FROM party",
    "mailbox": "address, profile, type, crm_id, state, incoming, outgoing,"
               " act, last_error, last_ok_at IS NOT NULL,"
               " retry_at IS NOT NULL FROM mailbox",
    "folder": "mailbox, path, well_known, folder_id, class, total,"
              " removed_at IS NOT NULL FROM folder",
    "email": ", ".join(EMAIL[:-1]) + ", unlinked_at IS NOT NULL FROM email",
    "email_body": "* FROM email_body",
    "email_thread": "* FROM email_thread",
    "sync_thread": "t.thread_id, e.id FROM sync_thread t"
                   " JOIN sync_email e ON e.n = t.email",
    "sync_mark": "what FROM sync_mark",
    "sync_age": "a.day, e.id FROM sync_age a JOIN sync_email e"
                " ON e.n = a.email",
    "email_party": "* FROM email_party",
    "email_link": "* FROM email_link",
    "email_copy": "c.email_id, c.mailbox, f.path, c.item_id, c.is_read,"
                  " c.removed_at IS NOT NULL, c.text_differs, c.categories,"
                  " c.flag, c.answered"
                  " FROM email_copy c JOIN folder f ON f.id = c.folder",
    "email_copy_text": "* FROM email_copy_text",
    "attachment": "* FROM attachment",
    "blob": "sha256, size, data FROM blob",
    "decision": "d.mailbox, d.item, d.message_id, d.verdict, d.rule, f.path,"
                " d.change_key, length(d.parties), e.id, d.state"
                " FROM decision d LEFT JOIN folder f ON f.id = d.folder"
                " LEFT JOIN sync_email e ON e.n = d.email",
    "failure": "a.mailbox, a.item, f.path, a.class, a.code, a.message, a.slow,"
               " a.tries, a.next_try IS NOT NULL, a.moved_at IS NOT NULL,"
               " a.message_id, a.subject, a.sent_at, a.received_at"
               " FROM failure a LEFT JOIN folder f ON f.id = a.folder",
    "change": "entity, entity_id, op FROM change",
    "alert": "scope, code, severity, text, resolved_at IS NOT NULL, owner,"
             " advice FROM alert",
    "sync_folder": "f.mailbox, f.path, s.cursor IS NOT NULL, s.marker,"
                   " s.walking FROM sync_folder s"
                   " JOIN folder f ON f.id = s.folder",
    "sync_email": "e.id, v.id FROM sync_email e"
                  " JOIN sync_email v ON v.n = e.variant_of",
    # people, links and attachments are in the digest
    "sync_edition": "e.id, x.digest, x.body, x.weight, x.contents,"
                    " x.direction, x.subject, x.sent_at, x.importance,"
                    " x.sensitivity, x.has_attachments, x.body_state,"
                    " x.differs, x.text, x.html, x.html_text"
                    " FROM sync_edition x JOIN sync_email e ON e.n = x.email",
    "sync_blob": "b.sha256, u.refs FROM sync_blob u"
                 " JOIN blob b ON b.n = u.blob",
    "sync_blob_loose": "blob FROM sync_blob_loose",
    "sync_day": "day, mailbox, n FROM sync_day",
    "sync_ahead": "folder, item FROM sync_ahead",
    "sync_mailbox": "address FROM sync_mailbox",
    "sync_login": "scope, hash, text FROM sync_login",
    "sync_cause": "address, code, cause, text, advice, shared FROM sync_cause",
    "sync_news": "scope, code FROM sync_news",
    # the hashes of addresses have a key of the file's own
    "sync_basis": "what, iif(what IN ('addresses', 'forgotten', 'retention'),"
                  " length(value), hex(value)) FROM sync_basis",
    "sync_lasting": "mailbox, cause, setting, given_up FROM sync_lasting",
    "sync_people": "crm_type, crm_id, address, name, upn, sid FROM sync_people",
    "sync_anew": "mailbox, item, why FROM sync_anew",
}
# Columns, or whole tables, that two passes may fill differently.
LEFT_OUT = {
    "meta": "value",            # generation, times
    "mailbox": "passes",
    "folder": "id",
    "decision": "at walk",
    "failure": "first_at",
    "change": "seq at",
    "blob": "n",
    "alert": "first_at last_at count",
    "sync_folder": "walk unsettled",
    "sync_login": "tries first_at last_at retry_at",
    "sync_mark": "n",           # of a number that is private
    "sync_lasting": "since times last_at",
    "sync_mailbox": "first_at", "sync_news": "first_at",
    "consumer": "*",            # the CRM's
    "run": "*",                 # a row for each pass
    "sync_run": "*",            # the same
    "sync_key": "*",            # random
    # the views show them
    "sync_email": "*", "sync_party": "*", "sync_email_link": "*",
    "sync_copy": "*", "sync_attachment": "*",
    # sync_edition.digest covers them
    "sync_edition_party": "*",
    "sync_edition_attachment": "*",
    "sqlite_sequence": "*",
}


def complete(db):
    """No table and no column is forgotten by what is compared."""
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type"
                               " IN ('table', 'view')").fetchall():
        query, left = DUMP.get(table, ""), LEFT_OUT.get(table, "")
        if query.startswith("* ") or left == "*":
            continue
        words = set(re.findall(r"\w+", query + " " + left))
        columns = {c[1] for c in db.execute(f"PRAGMA table_info({table})")}
        check(columns <= words, f"table {table}: nobody looks at "
              + ", ".join(sorted(columns - words)))


def version(db):
    """The schema's."""
    return db.execute("PRAGMA user_version").fetchone()[0]


def coherent(db):
    """What the tables say of each other holds."""
    for what, query in HOLDS:
        found = db.execute(query).fetchmany(5)
        check(found == [], f"{what}: {found}")


def nothing_left(db):
    """No content is left that no attachment has: so at a pass's end."""
    found = db.execute("SELECT b.sha256 FROM sync_blob_loose u JOIN blob b"
                       " ON b.n = u.blob").fetchall()
    check(found == [], f"contents that nobody has: {found[:5]}")


def cell(value):
    if isinstance(value, (str, bytes)) and len(value) > 120:
        data = value if isinstance(value, bytes) else \
            value.encode("utf-8", "surrogateescape")
        return f"<{len(data)} {hashlib.sha256(data).hexdigest()[:16]}>"
    return repr(value)


def dump(directory, without=(), name="exsync.db", alerts=False):
    """The database as a sorted list of lines; checks it on the way. alerts:
    those, too, which a fault that is over has left behind."""
    if not alerts:
        without = (*without, "alert", "sync_login")
    db = open_db(directory, name)
    try:
        sound(db)
        complete(db)
        coherent(db)
        nothing_left(db)
        lines = []
        for table, query in DUMP.items():
            if table in without:
                continue
            lines += sorted(table + "|" + "|".join(map(cell, row))
                            for row in db.execute("SELECT " + query))
        return lines
    finally:
        db.close()


def last_change(directory):
    db = open_db(directory)
    try:
        return db.execute("SELECT coalesce(max(seq), 0), count(*)"
                          " FROM change").fetchone()
    finally:
        db.close()


def places(directory):
    """Where mail lies: (mailbox, item id, Message-ID) of every live copy."""
    db = open_db(directory)
    try:
        return set(db.execute(
            "SELECT c.mailbox, c.item_id, e.message_id FROM email_copy c"
            " JOIN email e ON e.id = c.email_id"
            " WHERE c.removed_at IS NULL"))
    finally:
        db.close()


def as_on_the_server(directory, sim, but=()):
    """The file tells of the same mail in the same places; but: Message-IDs
    that are not kept."""
    want = sorted(repr((who, i["id"], i["message_id"]))
                  for who in ("anna@contoso.example", "ben@contoso.example")
                  for i in sim.dump(who) if i["message_id"] not in but)
    compare(want, sorted(map(repr, places(directory))),
            "the server and the file")
    return len(want)


def compare(want, got, what):
    """Both are sorted lists of lines."""
    if want == got:
        return
    a, b = list(want), list(got)
    for line in want:
        if line in b:
            b.remove(line)
            a.remove(line)
    raise Wrong(f"{what}: {len(a)} rows missing, {len(b)} rows too many\n"
                + "\n".join(["- " + x[:300] for x in a[:8]]
                            + ["+ " + x[:300] for x in b[:8]]))
