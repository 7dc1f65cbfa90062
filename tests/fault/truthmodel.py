"""Letters as servers deliver and rewrite them, and what a file must say of
the copies that lie in the mailboxes now, whatever happened before.

A Letter is what one copy holds. Those that a server has only rewritten are one
mail, those that say something else are several; of some pairs nobody outside
can tell (a paragraph more at the end, another subject): there the model says
nothing, and two files over the same mailboxes must agree all the same."""

import base64
import collections
import copy
import hashlib
import html
import os
import re
import textwrap
import urllib.parse

import mailmodel
from mailmodel import ARRIVED_NOT, ROLES

BANNER = "CAUTION: This email originated from outside of the organization."
DISCLAIMER = ("This e-mail is confidential and intended for the addressee"
              " only.")
FOOTER = "Contoso Ltd, 1 Example Street, 10115 Berlin, www.contoso.example"
TAG = "[EXTERN] "
# What servers do to copies of a mail. Blocks add text, the others none.
BLOCKS = ("banner", "disclaimer", "footer")
REWRITES = BLOCKS + ("tag", "links", "space", "entities")
LINK = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")   # [label|address], or [|...]
SAME, OTHER, UNSURE = "one mail", "two mails", "either"
File = collections.namedtuple("File", "name data kind")  # file inline message


class Letter(mailmodel.Mail):
    """paragraphs: its text, with links as [label|address]. how: what a server
    did to it, and stem then is the letter as it was written."""

    def __init__(self, number, mid, people, subject, date, paragraphs,
                 kind="plain", files=(), reply=None, stem=None,
                 how=frozenset()):
        self.paragraphs, self.kind = tuple(paragraphs), kind
        self.how, self.stem = frozenset(how), stem or self
        self.kin = set()   # stems with which it may be one mail, or not
        self.plain_subject = subject
        body = self.as_html() if kind == "html" else self.as_plain()
        super().__init__(number, mid, people,
                         (TAG if "tag" in how else "") + subject, date,
                         body.replace("\n", "\r\n"), files, reply)

    def but(self, number, **other):
        """The same letter with something else in it."""
        new = Letter(number, **{
            "mid": self.mid, "people": self.people,
            "subject": self.plain_subject, "date": self.date,
            "paragraphs": self.paragraphs, "kind": self.kind,
            "files": self.files, "reply": self.reply, **other})
        if "paragraphs" not in other:
            new.kin |= self.kin
        return new

    def akin(self, other):
        """Who can tell whether it is the same mail as the other?"""
        self.kin |= {other.stem} | other.stem.kin
        return self

    def rewritten(self, number, *how):
        return self.but(number, stem=self, how=how)

    def without_bcc(self, number):
        return self.but(number, people={
            k: v for k, v in self.people.items() if k != "bcc"})

    def can_be(self, how):
        text = "".join(self.paragraphs)
        if how == "entities":
            return self.kind == "html" and not text.isascii()
        return how != "links" or LINK.search(text) is not None

    # --- its text ---------------------------------------------------------

    def address(self, link):
        if "links" not in self.how:
            return link
        return "https://safe.example/?url=" + urllib.parse.quote(link, "")

    def as_plain(self):
        def link(m):
            return f"{m[1]} <{m[2]}>" if m[1] else m[2]

        loose = "space" in self.how
        texts = [textwrap.fill(LINK.sub(link, p), 44 if loose else 72,
                               break_long_words=False,
                               break_on_hyphens=False)
                 for p in self.paragraphs]
        for _, address in LINK.findall(" ".join(self.paragraphs)):
            texts = [t.replace(address, self.address(address))
                     for t in texts]
        if loose:
            texts = [t.replace("\n", "  \n") for t in texts]
        if "banner" in self.how:
            texts.insert(0, BANNER)
        texts += [t for name, t in (("footer", FOOTER),
                                    ("disclaimer", DISCLAIMER))
                  if name in self.how]
        return ("\n\n\n" if loose else "\n\n").join(texts) + \
            ("\n" if texts else "")

    def letters_of(self, text):
        text = html.escape(text, False)
        if "entities" not in self.how:
            return text
        for c, name in (("ü", "&uuml;"), ("ß", "&szlig;"), ("é", "&eacute;"),
                        ("€", "&euro;")):
            text = text.replace(c, name)
        return "".join(c if c.isascii() else f"&#{ord(c)};" for c in text)

    def as_html(self):
        def marked(paragraph):
            """LINK.split: text, label, address, text, ..."""
            out = LINK.split(paragraph)
            for n in range(1, len(out), 3):
                label, address = out[n:n + 2]
                out[n] = (f'<a href="{html.escape(self.address(address))}">'
                          f"{self.letters_of(label or address)}</a>")
                out[n + 1] = ""
                out[n - 1] = self.letters_of(out[n - 1])
            out[-1] = self.letters_of(out[-1])
            return "".join(out)

        texts = [marked(p) for p in self.paragraphs]
        if "space" in self.how:
            texts = [re.sub(r"(\S+ \S+ \S+) (?![^<]*>)", "\\1\n  ", t)
                     for t in texts]
        texts = [f"<p>{t}</p>" for t in texts]
        if "banner" in self.how:
            texts.insert(0, '<table border="1"><tr><td>' + BANNER
                         + "</td></tr></table>")
        texts += [f'<p style="font-size:8pt">{t}</p>' for name, t in
                  (("footer", FOOTER), ("disclaimer", DISCLAIMER))
                  if name in self.how]
        return ('<html><head><style>p {margin: 0}</style></head><body>\n'
                + ("\n\n" if "space" in self.how else "\n").join(texts)
                + "\n</body></html>\n")

    def own(self):
        """text and html of the copy; "" for what there is not."""
        if self.headers_only():
            return "", ""
        return ("", self.body) if self.kind == "html" else (self.body, "")

    def blocks(self):
        return self.how & set(BLOCKS)

    # --- what makes it the mail that it is --------------------------------

    def attachments(self):
        if self.headers_only():
            return []
        return sorted((f.name, "" if f.kind == "message" else
                       hashlib.sha256(f.data).hexdigest())
                      for f in self.files)

    def content(self):
        if self.headers_only():
            return ()
        return self.own(), tuple((f.name, f.data) for f in self.files)

    def key(self):
        return self.mid, self.subject, self.content()

    def identity(self):
        """Of a letter without a Message-ID: that is all it is."""
        return (self.people["from"][0].lower(), self.date, self.subject,
                self.own())

    # --- as it goes over the wire -----------------------------------------

    def write(self, directory):
        if self.path and os.path.dirname(self.path) != directory:
            self.path = None   # it was written for another simulator
        return super().write(directory)

    def text(self):
        """The message; mailmodel makes CRLF of each line end."""
        sub = "html" if self.kind == "html" else "plain"
        body = self.body.replace("\r\n", "\n")
        parts = [f"Content-Type: text/{sub}; charset=utf-8\n"
                 f"Content-Transfer-Encoding: 8bit\n\n{body}"]
        if not self.files:
            return "\n".join(self.head()) + "\n" + parts[0]
        parts += [self.part(f) for f in self.files]
        return ("\n".join(self.head())
                + '\nContent-Type: multipart/mixed; boundary="=_b"\n\n'
                + "".join("--=_b\n" + p + "\n" for p in parts) + "--=_b--\n")

    @staticmethod
    def part(f):
        if f.kind == "message":
            return "Content-Type: message/rfc822\n\n" + f.data.decode()
        kind = "image/png" if f.kind == "inline" \
            else "application/octet-stream"
        place = "attachment" if f.kind == "file" else "inline"
        return (f"Content-Type: {kind}\n"
                "Content-Transfer-Encoding: base64\n"
                f"Content-ID: <{f.name}@inline.example>\n"
                f'Content-Disposition: {place}; filename="{f.name}"\n\n'
                + base64.encodebytes(f.data).decode())


def attached_message(subject, text):
    return File(subject, (
        "Message-ID: <inner@random.example>\n"
        f"From: {mailmodel.STRANGERS[0]}\nSubject: {subject}\n"
        "Date: Sun, 01 Feb 2026 10:00:00 +0000\n\n"
        f"{text}\n").encode(), "message")


def relation(a, b):
    """Are two letters one mail?"""
    if a.mid != b.mid:
        return OTHER
    if a.mid is None:
        return SAME if a.identity() == b.identity() else OTHER
    if a.date != b.date:
        return OTHER  # all dates here are more than a minute apart
    if a.key() == b.key():
        return SAME
    x, y = a.stem, b.stem
    if x.key() == y.key():
        # each is the letter's; of two rewritten ones the letter itself,
        # when it lies somewhere, says so
        return SAME if not (a.how and b.how) else UNSURE
    if x.content() == y.content() or x in y.kin or y in x.kin or \
            x.kin & y.kin:
        return UNSURE
    return OTHER


class Copy(mailmodel.Item):
    """A letter in a folder; stays the same object when it is moved."""

    def __init__(self, *what):
        super().__init__(*what)
        self.former = []   # letters that it held

    def key(self):
        return self.box, self.id


class Model(mailmodel.Model):
    def kept(self):
        """(mailbox, item id) -> Copy, of all that a file must hold; what is
        not kept any more is what it was when it last was."""
        out = {}
        for i in self.visible():
            if self.is_kept(i):
                out[i.key()] = i
            elif i.key() in self.held:
                out[i.key()] = was = copy.copy(i)
                was.mail, was.former = self.held[i.key()]
        return out


def classes(copies):
    """Message-ID -> copies; those without one each by themselves."""
    out = collections.defaultdict(list)
    for c in copies:
        out[c.mail.mid or c.mail.identity()].append(c)
    return out


def together(copies):
    """Those of a Message-ID as sets of what certainly is one mail."""
    sets = []
    for c in copies:
        mine = [s for s in sets
                if any(relation(c.mail, d.mail) == SAME for d in s)]
        sets = [s for s in sets if s not in mine]
        sets.append([c] + [d for s in mine for d in s])
    return sets


# --- what a file says ----------------------------------------------------

class Told:
    """Of each copy that lies somewhere, and of its mail."""

    def __init__(self, db, people):
        self.lacks = []
        names = {n for n, in db.execute("SELECT name FROM sqlite_master")}
        columns = {c[1] for c in db.execute("PRAGMA table_info(email_copy)")}
        self.copy, gone = {}, set()
        for email, box, item, path, read, left in db.execute(
                "SELECT c.email_id, c.mailbox, c.item_id, f.path, c.is_read,"
                " c.removed_at FROM email_copy c"
                " JOIN folder f ON f.id = c.folder"):
            if left is None:
                self.copy[box, item] = (email, path, read)
            gone.add(email)
        self.mail = {k: v for k, *v in db.execute(
            "SELECT id, message_id, subject, sent_at, in_reply_to, refs,"
            " direction, importance, sensitivity, item_class,"
            " has_attachments, body_state FROM email")}
        self.placeless = set(self.mail) - gone
        self.shown = {k: self.body(v) for k, *v in db.execute(
            "SELECT email_id, iif(html IS NULL, text, NULL), html"
            " FROM email_body")}
        self.other = {}
        if "email_copy_text" in names:
            self.other = {(e, b, i): self.body(v) for e, b, i, *v in
                          db.execute("SELECT email_id, mailbox, item_id,"
                                     " iif(html IS NULL, text, NULL), html"
                                     " FROM email_copy_text")}
        else:
            self.lacks.append("view email_copy_text")
        self.differs = None
        if "text_differs" in columns:
            self.differs = {(e, b, i): v for e, b, i, v in db.execute(
                "SELECT email_id, mailbox, item_id, text_differs"
                " FROM email_copy")}
        else:
            self.lacks.append("column email_copy.text_differs")
        self.wrong_links = list(mailmodel.wrong_links(people, db))
        self.people = self.sets(db, "SELECT email_id, role,"
                                " lower(address) FROM email_party")
        self.links = self.sets(db, "SELECT email_id, crm_type, crm_id, role"
                               " FROM email_link")
        self.files = self.sets(
            db, "SELECT a.email_id, coalesce(a.name, ''), CASE a.kind"
            " WHEN 'item' THEN CASE WHEN b.sha256 IS NULL THEN 'none'"
            " ELSE '' END ELSE coalesce(b.sha256, 'none') END"
            " FROM attachment a LEFT JOIN blob b ON b.sha256 = a.sha256")
        self.kinds = self.sets(
            db, "SELECT email_id, coalesce(name, ''), kind,"
            " coalesce(media_type, ''), state FROM attachment")
        self.thread = dict(db.execute("SELECT id, thread_id FROM email"))
        self.orphans = orphans(db)

    @staticmethod
    def body(row):
        return tuple(x or "" for x in row)

    @staticmethod
    def sets(db, query):
        """email -> sorted list; what stands twice stands twice."""
        out = collections.defaultdict(list)
        for email, *row in db.execute(query):
            out[email].append(tuple(row))
        for row in out.values():
            row.sort()
        return out

    def own(self, key):
        """The text of one copy."""
        email = self.copy[key][0]
        return self.other.get((email, *key), self.shown[email])

    def groups(self):
        """email -> the set of the copies that lie somewhere."""
        out = collections.defaultdict(set)
        for key, (email, *_) in self.copy.items():
            out[email].add(key)
        return out


def orphans(db):
    """Contents of attachments that no attachment has."""
    return [sha for sha, in db.execute(
        "SELECT sha256 FROM blob WHERE sha256 NOT IN (SELECT sha256"
        " FROM attachment WHERE sha256 IS NOT NULL)")]


def first_id(mid):
    """The id of a Message-ID alone."""
    return hashlib.sha256(b"mid:" + mid.encode()).hexdigest()[:32]


# --- comparing -----------------------------------------------------------

def name(key, mail=None):
    box, item = key
    return f"{box.partition('@')[0]} {item[-6:]}" + (
        f" ({mail.subject}, {mail.mid})" if mail else "")


def cut(text):
    """A body, (text, html), for people to read."""
    text = "".join(text)
    return repr(text if len(text) < 100 else text[:60] + " ... "
                + text[-36:])


def apart(a, b):
    """Two bodies from where they differ."""
    a, b = "".join(a), "".join(b)
    n = len(os.path.commonprefix((a, b)))
    n = max(n - 12, 0)

    def piece(x):
        return ("..." if n else "") + repr(x[n:n + 60])

    return f"{piece(a)} and {piece(b)}"


def compare_files(old, new, ids=lambda key: True):
    """(what, text) of each difference between two files over the same
    mailboxes. ids: of which copies the ids of the mails are compared."""
    for key in sorted(old.copy.keys() | new.copy.keys()):
        a, b = old.copy.get(key), new.copy.get(key)
        if a is None or b is None or a[1:] != b[1:]:
            yield "places", f"{name(key)}: {a} and {b}"
            continue
        x, y = a[0], b[0]
        what = f"{name(key)} {old.mail[x][1]!r} {old.mail[x][0]}"
        for field, p, q in (
                ("subject", old.mail[x][1], new.mail[y][1]),
                ("other columns", old.mail[x][2:], new.mail[y][2:]),
                ("people", old.people[x], new.people[y]),
                ("links", old.links[x], new.links[y]),
                ("attachments", old.files[x], new.files[y]),
                ("kinds of attachments", old.kinds[x], new.kinds[y])):
            if p != q:
                yield field, f"{what}: {p} and {q}"
        for field, p, q in (("text of the copy", old.own(key), new.own(key)),
                            ("text shown", old.shown[x], new.shown[y])):
            if p != q:
                yield field, f"{what}: {apart(p, q)}"
        if not ids(key):
            continue
        if x != y:
            yield "ids", f"{what}: {x} and {y}"
        # without a Message-ID it is the conversation of one mailbox
        if old.mail[x][0] and old.thread[x] != new.thread[y]:
            yield "threads", f"{what}: {old.thread[x]} and {new.thread[y]}"
    a, b = (sorted(map(sorted, f.groups().values())) for f in (old, new))
    for group in [g for g in a if g not in b]:
        yield "grouping", "one mail in one file only: " + ", ".join(
            f"{name(k)} {old.mail[old.copy[k][0]][0]}" for k in group)


def compare_model(model, told):
    """(what, text) of each thing that is not as it is in the mailboxes."""
    for what in told.lacks:
        yield "schema", f"there is no {what}"
    kept, places = model.kept(), model.places()
    for key in sorted(places.keys() | told.copy.keys()):
        here = told.copy.get(key, (None, None, None))
        if places.get(key) != here[1:]:
            mail = kept[key].mail if key in kept else None
            yield "places", (f"{name(key, mail)}: {places.get(key)},"
                             f" told {here[1:]}")
    kept = {k: c for k, c in kept.items() if k in told.copy}
    for key, c in kept.items():
        if told.own(key) != c.mail.own():
            yield "text of the copy", (
                f"{name(key, c.mail)}, lies there and is told:"
                f" {apart(c.mail.own(), told.own(key))}")
    yield from compare_grouping(kept, told)
    for email, group in told.groups().items():
        letters = {k: kept[k].mail for k in group if k in kept}
        # what lies in a mailbox that is not read counts, too
        if letters and len(letters) == len(group):
            yield from compare_mail(email, list(letters.values()), told)
            yield from compare_links(model.people, email, letters, told)
    for text in told.wrong_links:
        yield "links", text
    yield from compare_rows(told)


def compare_grouping(kept, told):
    for copies in classes(kept.values()).values():
        sets = together(copies)
        for s in sets:
            emails = {told.copy[c.key()][0] for c in s}
            if len(emails) > 1:
                yield "grouping", "is several mails: " + about(s, told)
        for i, a in enumerate(sets):
            for b in sets[:i]:
                both = {told.copy[c.key()][0] for c in a} & \
                    {told.copy[c.key()][0] for c in b}
                if both and all(relation(c.mail, d.mail) == OTHER
                                for c in a for d in b):
                    yield "grouping", "is one mail: " + about(
                        [c for c in a + b
                         if told.copy[c.key()][0] in both], told)


def about(copies, told):
    return "; ".join(
        f"{name(c.key(), c.mail)} in {told.copy[c.key()][0][:6]}"
        f" {cut(c.mail.own())}" + (f" +{len(c.mail.files)} files"
                                   if c.mail.files else "")
        for c in copies[:4])


def compare_links(people, email, letters, told):
    """Whom its copies name, and whose mailbox it came to unnamed."""
    links = people.links({x for m in letters.values()
                          for x in m.addresses()})
    for key in letters:
        owner, path = people.owner(key[0]), told.copy[key][1]
        if owner and path not in ARRIVED_NOT:
            links.setdefault(owner, "delivered")
    want = {(*who, role) for who, role in links.items()}
    got = set(told.links[email])
    if want != got:
        yield "links", (f"{email[:6]} {told.mail[email][1]!r}: lacks"
                        f" {sorted(want - got)}, has {sorted(got - want)}")


def compare_mail(email, letters, told):
    """A mail is what the copies of it that lie somewhere say."""
    what = f"{email[:6]} {told.mail[email][1]!r} {letters[0].mid}"
    if {m.mid for m in letters} != {told.mail[email][0]}:
        yield "grouping", (f"{what} is {told.mail[email][0]}, its copies"
                           f" {sorted(str(m.mid) for m in letters)}")
    if told.mail[email][1] not in {m.subject for m in letters}:
        yield "subject", f"{what}: none of its copies has it"
    want = {x for m in letters for x in m.addresses()}
    got = {x for x in told.people[email] if x[0] in ROLES}
    if want != got:
        yield "people", (f"{what}: lacks {sorted(want - got)}, has"
                         f" {sorted(got - want)}")
    if told.files[email] not in [m.attachments() for m in letters]:
        yield "attachments", (f"{what}: {told.files[email]}, not"
                              f" {letters[0].attachments()}")
    full = [m for m in letters
            if not any(m.blocks() < n.blocks() for n in letters)]
    if told.shown[email] not in [m.own() for m in full]:
        yield "text shown", (
            f"{what}, the fuller text and what is shown:"
            f" {apart(full[0].own(), told.shown[email])}")


def compare_rows(told):
    """What no mailbox tells: rows that refer to nothing, or say nothing."""
    for sha in told.orphans:
        yield "orphans", f"blob {sha}: no attachment has it"
    for email in sorted(told.placeless):
        yield "orphans", f"email {email} {told.mail[email]} has no copy"
    for key, text in told.other.items():
        if told.shown.get(key[0]) == text:
            yield "rows", f"email_copy_text {key} says what email_body says"
        if told.differs is not None and key not in told.differs:
            yield "orphans", f"email_copy_text {key} is of no copy"
    for key, flag in (told.differs or {}).items():
        if (flag == 1) != (key in told.other) or flag not in (0, 1):
            yield "rows", (f"email_copy {key} has text_differs {flag}, and"
                           f" {'a' if key in told.other else 'no'} text")


class Findings:
    """What was found, by kind: how often, where first, and an example."""

    def __init__(self):
        self.kinds = {}

    def add(self, found, where):
        """True: there was something."""
        n = 0
        for n, (kind, text) in enumerate(found, 1):
            one = self.kinds.setdefault(kind, [0, where, []])
            one[0] += 1
            if one[1] == where and len(one[2]) < 2:
                one[2].append(text)
        return n > 0

    def text(self):
        return "\n".join(
            f"{kind}: {n} times, first {where}\n"
            + "\n".join("  " + x[:700] for x in examples)
            for kind, (n, where, examples) in self.kinds.items())
