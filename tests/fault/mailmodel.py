"""Mailboxes as a plain model, and what a database must say of them.

Knows nothing of how exsync works: which folders are read, whom a mail
concerns and what makes two messages one mail is written down here a second
time, from README and --schema."""

import base64
import hashlib
import os

DOMAIN = "contoso.example"
BOXES = ["anna@" + DOMAIN, "ben@" + DOMAIN, "cleo@" + DOMAIN]
USERS = {"anna@" + DOMAIN: ("user", "u1"), "ben@" + DOMAIN: ("user", "u2"),
         "cleo@" + DOMAIN: ("user", "u3")}
CONTACTS = {"carl@fabrikam.example": ("contact", "c1"),
            "dora@fabrikam.example": ("contact", "c2"),
            "dora@home.example": ("contact", "c2"),
            "lena@tailspin.example": ("lead", "l1")}
STRANGERS = ["zoe@nobody.example", "list@lists.example"]
REMOVED = "(removed)"
RIVAL, BRIEF = "rex@rival.example", "bea@brief.example"
UNREAD = ("Deleted Items", "Drafts", "Junk Email")
ROLES = ("from", "to", "cc", "bcc")
ARRIVED_NOT = ("Sent Items", "Drafts", "Outbox")  # nothing arrives there


class People:
    """Whom the CRM knows: rows (crm_type, crm_id, address), which change. At
    least one user and one contact stay: an empty list would not count."""

    def __init__(self):
        self.rows = {(*who, a) for a, who in (USERS | CONTACTS).items()}
        self.number = 0   # of new ids
        self.forgotten = set()   # addresses

    def of(self, address):
        """All who have it: users first."""
        if address in self.forgotten:
            return []
        return sorted(((kind, who) for kind, who, a in self.rows
                       if a == address), key=lambda x: (x[0] != "user", x))

    def owner(self, box):
        """A queue before a user."""
        who = self.of(box)
        for one in who:
            if one[0] == "queue":
                return one
        return who[0] if who and who[0][0] == "user" else None

    def contacts(self):
        """The addresses of those who are not ours."""
        return sorted({a for kind, _, a in self.rows
                       if kind not in ("user", "queue")})

    def links(self, addresses):
        """crm_type, crm_id -> the first role of these (role, address)."""
        out = {}
        for role, address in sorted(addresses,
                                    key=lambda x: ROLES.index(x[0])):
            for who in self.of(address):
                out.setdefault(who, role)
        return out

    def write(self, directory, write):
        """users.csv and contacts.csv."""
        for name in ("users", "contacts"):
            write(os.path.join(directory, name + ".csv"),
                  "crm_id,address,crm_type\n" + "".join(
                      f"{who},{address},{kind}\n"
                      for kind, who, address in sorted(self.rows)
                      if (kind == "user") == (name == "users")))

    # --- what happens to them --------------------------------------------

    def change(self, lot):
        """One of them comes, goes, is merged or gets another id; which
        users leave is not decided here. Says what happened."""
        return getattr(self, "do_" + lot.choice(
            ["renumber", "renumber", "merge", "second", "second", "remove",
             "remove", "come_back", "come_back"]))(lot)

    def others(self):
        return sorted(r for r in self.rows if r[0] not in ("user", "queue"))

    def do_renumber(self, lot):
        kind, who, _ = lot.choice(self.others())
        self.number += 1
        new = lot.choice(["contact", kind]), f"n{self.number}"
        return self.rename((kind, who), new)

    def do_merge(self, lot):
        a, b = lot.choice(self.others()), lot.choice(self.others())
        return self.rename(a[:2], b[:2])

    def rename(self, old, new):
        self.rows = {(*(new if r[:2] == old else r[:2]), r[2])
                     for r in self.rows}
        return f"{old} is {new} now"

    def do_second(self, lot):
        self.number += 1
        address = lot.choice(sorted({r[2] for r in self.rows}) + STRANGERS)
        kind = lot.choice(["contact", "lead"])
        if any(kind == "user" for kind, _ in self.of(address)):
            kind = lot.choice(["contact", "user"])
        self.rows.add((kind, f"s{self.number}", address))
        return f"{kind} s{self.number} has {address}, too"

    def do_remove(self, lot):
        can = [r for r in sorted(self.rows) if not
               (r[0] == "user" and len(self.of(r[2])) == 1)]
        row = lot.choice(can)
        users = {r[2] for r in self.rows if r[0] == "user"}
        self.rows.remove(row)
        if not self.others() or \
                users != {r[2] for r in self.rows if r[0] == "user"}:
            self.rows.add(row)   # users leave in another way
            return "nobody goes"
        return f"{row} is removed"

    def do_come_back(self, lot):
        for address, who in CONTACTS.items():
            if not self.of(address):
                self.rows.add((*who, address))
        return "all contacts are back"

    def leave(self, box):
        """A user; or a user and whoever else was one with that address."""
        gone = {r for r in self.rows if r[0] == "user" and r[2] == box}
        self.rows -= gone
        return gone


class Mail:
    """A message as it was sent; another text is another Mail."""

    def __init__(self, number, mid, people, subject, date, body, files=(),
                 reply=None):
        self.number, self.mid, self.people = number, mid, people
        self.subject, self.date, self.body = subject, date, body
        self.files, self.reply, self.path = tuple(files), reply, None

    def addresses(self):
        return [(role, a.lower()) for role in ROLES
                for a in self.people.get(role, ())]

    def has(self, address):
        return any(a == address for _, a in self.addresses())

    def headers_only(self):
        return self.has(BRIEF)

    def identity(self):
        """What makes it one mail, wherever it lies."""
        return (self.mid, self.people["from"][0].lower(), self.subject,
                self.date, None if self.headers_only() else self.body)

    def attachments(self):
        if self.headers_only():
            return []
        return sorted((name, hashlib.sha256(data).hexdigest())
                      for name, data in self.files)

    def verdict(self, match, people):
        links = people.links(self.addresses())
        if self.has(RIVAL):
            return "skip"
        ours = all(kind in ("user", "queue") for kind, _ in links)
        if not links or (match == "contact" and ours):
            return "skip"
        if ours and any(self.has(a) for a in people.forgotten):
            return "skip"
        return "headers" if self.headers_only() else "keep"

    def write(self, directory):
        """The message as a file, once."""
        if self.path is None:
            self.path = os.path.join(directory, f"{self.number}.eml")
            with open(self.path, "wb") as f:
                f.write(self.text().replace("\n", "\r\n").encode())
        return self.path

    def head(self):
        """The header lines but those about the body."""
        out = [f"From: Somebody <{self.people['from'][0]}>"]
        for role in ROLES[1:]:
            if self.people.get(role):
                out.append(f"{role.title()}: " +
                           ", ".join(self.people[role]))
        out += [f"Subject: {self.subject}", f"Date: {self.date}"]
        if self.mid:
            out.append(f"Message-ID: {self.mid}")
        if self.reply:
            out += [f"In-Reply-To: {self.reply}",
                    f"References: {self.reply}"]
        return out + ["MIME-Version: 1.0"]

    def text(self):
        out = self.head()
        plain = "Content-Type: text/plain; charset=utf-8\n\n" + self.body
        if not self.files:
            return "\n".join(out) + "\n" + plain + "\n"
        out.append('Content-Type: multipart/mixed; boundary="=_b"\n')
        parts = [plain] + [
            "Content-Type: application/octet-stream\n"
            "Content-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="{name}"\n\n'
            + base64.encodebytes(data).decode() for name, data in self.files]
        return "\n".join(out) + "\n" + "".join(
            "--=_b\n" + p + "\n" for p in parts) + "--=_b--\n"


class Folder:
    def __init__(self, name, parent=None):
        self.name, self.parent = name, parent
        self.gone = False

    def path(self):
        if self.parent is None:
            return self.name
        return self.parent.path() + "/" + self.name

    def below(self, other):
        return self is other or (self.parent is not None and
                                 self.parent.below(other))

    def is_read(self):
        return not self.gone and self.path().split("/")[0] not in UNREAD


class Item:
    """A mail in a folder. Another one after a move, as on the server."""

    def __init__(self, box, folder, mail, read, received, item_id):
        self.box, self.folder, self.mail = box, folder, mail
        self.read, self.received, self.id = read, received, item_id


class Trace:
    """An item that some pass may have met."""

    def __init__(self, item):
        self.box, self.id = item.box, item.id
        self.mails = []
        self.certain = False  # a pass that went well has met it


class Model:
    def __init__(self, match, since):
        self.match, self.since = match, since
        self.folders = {b: [Folder(n) for n in
                            ("Inbox", "Sent Items") + UNREAD] for b in BOXES}
        self.items = []
        self.traces = {}      # (box, item id) -> Trace
        self.frozen = {}      # box that is not read -> its places when it was
        self.held = {}        # (box, item id) -> what was stored of it last
        self.people = People()
        self.edited = set()   # mails that were something else before
        self.broken = set()   # Message-IDs that the server cannot convert

    # --- what is there ---------------------------------------------------

    def folder(self, box, path):
        return next(f for f in self.folders[box]
                    if not f.gone and f.path() == path)

    def live_folders(self, box):
        return [f for f in self.folders[box] if not f.gone]

    def own_folders(self, box):
        """Those that a person made."""
        return [f for f in self.folders[box][2 + len(UNREAD):] if not f.gone]

    def remove_folder(self, folder, box):
        for f in self.folders[box]:
            if f.below(folder):
                f.gone = True
        self.items = [i for i in self.items if not i.folder.gone]

    def verdict(self, item):
        if item.received < self.since:
            return "skip"
        if item.mail.mid in self.broken:
            return "failed"
        return item.mail.verdict(self.match, self.people)

    def visible(self):
        """Items that a pass meets."""
        return [i for i in self.items
                if i.folder.is_read() and i.box not in self.frozen]

    def is_kept(self, item):
        return self.verdict(item) in ("keep", "headers")

    def hold(self):
        """A pass has come to its end: what is kept is stored, and stays so
        in its place when people change."""
        for i in self.visible():
            if self.is_kept(i):
                self.held[i.box, i.id] = i.mail, list(getattr(
                    i, "former", ()))

    def is_stored(self, item):
        return (item.box, item.id) in self.held or self.is_kept(item)

    def stale(self):
        """(box, item id) of what is stored and would not be kept now."""
        return {(i.box, i.id) for i in self.visible()
                if (i.box, i.id) in self.held and not self.is_kept(i)}

    def meet(self, well):
        """A pass runs. well: it comes to its end."""
        if well:
            self.hold()
        for i in self.visible():
            if not self.is_kept(i):
                continue
            trace = self.traces.setdefault((i.box, i.id), Trace(i))
            if i.mail not in trace.mails:
                trace.mails.append(i.mail)
            trace.certain = trace.certain or well

    def places(self, box=None):
        """(box, item id) -> folder, read flag of what must be live."""
        out = {(i.box, i.id): (i.folder.path(), int(i.read))
               for i in self.visible() if self.is_stored(i)
               and (box is None or i.box == box)}
        for other, frozen in self.frozen.items():
            if box in (None, other):
                out.update(frozen)
        return out

    def is_edited(self, mail):
        return mail.number in self.edited

    def forget(self, address):
        """What concerns only that address is not stored any more, nor was
        it ever; in disabled mailboxes, too."""
        self.people.forgotten.add(address)

        def theirs(mail):
            links = self.people.links(mail.addresses())
            return mail.has(address) and all(
                kind in ("user", "queue") for kind, _ in links)

        there = self.places()
        for key, trace in list(self.traces.items()):
            if theirs(trace.mails[-1]):
                # where it lay is told as long as a copy of others is there
                trace.certain = False
                if key in there:
                    del self.traces[key]
                self.held.pop(key, None)
                for places in self.frozen.values():
                    places.pop(key, None)

    def shown(self, address):
        """As the database shows it."""
        return REMOVED if address in self.people.forgotten else address


# --- the database --------------------------------------------------------

class Differs(Exception):
    pass


def want(condition, *what):
    if not condition:
        raise Differs(" ".join(map(str, what)))


def same(name, expected, got):
    if expected == got:
        return
    lines = [f"{name}:"]
    lines += [f"- {x}" for x in sorted(map(str, expected - got))[:6]]
    lines += [f"+ {x}" for x in sorted(map(str, got - expected))[:6]]
    raise Differs("\n".join(lines))


def rows_by(db, query):
    """First column -> list of the others."""
    out = {}
    for key, *rest in db.execute(query):
        out.setdefault(key, []).append(tuple(rest))
    return out


class Stored:
    """What a database says, as dicts by email id."""

    def __init__(self, db):
        self.mail = {k: v[0] for k, v in rows_by(
            db, "SELECT e.id, message_id, subject, sent_at, body_state,"
            " has_attachments, in_reply_to, coalesce(html, text, '')"
            " FROM email e"
            " JOIN email_body b ON b.email_id = e.id").items()}
        self.people = rows_by(
            db, "SELECT email_id, role, lower(address) FROM email_party"
            " WHERE role IN('from', 'to', 'cc', 'bcc')")
        self.links = rows_by(
            db, "SELECT email_id, crm_type, crm_id, role FROM email_link")
        self.files = rows_by(
            db, "SELECT a.email_id, a.name, b.sha256 FROM attachment a"
            " LEFT JOIN blob b ON b.sha256 = a.sha256")
        # an item whose text has become another mail's lay in both; where it
        # lies now comes last
        rows = db.execute(
            "SELECT c.email_id, c.mailbox, c.item_id, f.path, c.is_read,"
            " c.removed_at IS NOT NULL FROM email_copy c"
            " JOIN folder f ON f.id = c.folder"
            " ORDER BY c.removed_at IS NULL").fetchall()
        self.places = {(box, item): (email, path, read, gone)
                       for email, box, item, path, read, gone in rows}
        self.homes = {(email, box, item) for email, box, item, *_ in rows}
        self.decided = {
            (box, item): (verdict, state) for box, item, verdict, state in
            db.execute("SELECT mailbox, item, verdict, state FROM decision")}
        self.failed = set(db.execute("SELECT mailbox, item FROM failure"))
        self.ahead = db.execute("SELECT * FROM sync_ahead").fetchall()


def compare(model, db):
    """The database says of the mailboxes what is so; Differs otherwise."""
    s = Stored(db)
    compare_places(model, s)
    groups = {}
    for email, *key in s.homes:
        groups.setdefault(email, []).append(model.traces[tuple(key)])
    same("mails that have a place", set(s.mail), set(groups))
    for text in wrong_links(model.people, db):
        raise Differs(text)
    seen = {}
    for email, traces in groups.items():
        compare_mail(model, s, email, traces, seen)
    compare_decisions(model, s)
    return s


def compare_places(model, s):
    live = {k: v[1:3] for k, v in s.places.items() if not v[3]}
    same("places (mailbox, item), (folder, read)",
         set(model.places().items()), set(live.items()))
    gone = {k for k, v in s.places.items() if v[3]}
    same("places that nobody ever saw", set(),
         set(s.places) - set(model.traces))
    certain = {k for k, t in model.traces.items() if t.certain}
    same("places that are gone, and told so", set(),
         certain - set(live) - gone)
    want(not s.ahead, "sync_ahead is not empty:", s.ahead)


def wrong_links(people, db):
    """Links follow from the people of a mail, from where its copies lie (or
    lay, when none is left), and from whom the CRM knows; each mail here had a
    link when it came. Texts that say what is not so."""
    named, places, told = {}, {}, {}
    for email, role, address, *who in db.execute(
            "SELECT email_id, role, lower(address), crm_type, crm_id"
            " FROM email_party WHERE address IS NOT NULL"):
        first = (people.of(address) or [(None, None)])[0]
        if tuple(who) != first:
            yield f"{email}: {role} {address} is {who}, not {first}"
        if role in ROLES:
            named.setdefault(email, []).append((role, address))
    for email, box, path, gone in db.execute(
            "SELECT email_id, c.mailbox, path, c.removed_at FROM email_copy c"
            " JOIN folder f ON f.id = c.folder"):
        places.setdefault(email, {}).setdefault(gone is None, []).append(
            (box, path))
    for email, *link in db.execute(
            "SELECT email_id, crm_type, crm_id, role FROM email_link"):
        told.setdefault(email, set()).add(tuple(link))
    for email, unlinked in db.execute("SELECT id, unlinked_at FROM email"):
        links = people.links(named.get(email, ()))
        # True, those that lie there, is more than False
        for box, path in places[email][max(places[email])]:
            owner = people.owner(box)
            if owner is not None and path not in ARRIVED_NOT:
                links.setdefault(owner, "delivered")
        expected = {(*who, role) for who, role in links.items()}
        got = told.get(email, set())
        if expected != got:
            yield (f"links of {email}: lacks {sorted(expected - got)}, has"
                   f" {sorted(got - expected)}")
        if (unlinked is None) == (expected == set()):
            yield f"{email} has {len(got)} links, unlinked_at {unlinked}"


def lies_in(model, s, trace, email):
    """Does the item lie somewhere, and is it that mail now?"""
    key = trace.box, trace.id
    return key in model.places() and s.places[key][0] == email


def compare_mail(model, s, email, traces, seen):
    mails = [m for t in traces for m in t.mails]
    # what a mail says is what its copies say that lie somewhere; when none
    # does any more, what the one said that went last, whichever it was
    live = [t for t in traces if lies_in(model, s, t, email)]
    sure = [m for t in live or traces if t.certain for m in t.mails[-1:]]
    mid, subject, sent, state, _, reply, body = s.mail[email]
    want({m.mid for m in mails} == {mid}, email, "Message-ID", mid,
         {m.mid for m in mails})
    what = f"{email} {mid} {subject}"
    may = {(r, model.shown(a)) for m in mails for r, a in m.addresses()}
    people = set(s.people.get(email, ()))
    all_or_one = all if live or not sure else any
    want(all_or_one({(r, model.shown(a)) for r, a in m.addresses()}
                    <= people for m in sure)
         and people <= may, what, "people", people, "of", may)
    if any(model.is_edited(m) for m in mails):
        compare_edited(model, s, email, traces, what)
        return
    identity = {m.identity() for m in mails}
    want(len(identity) == 1, what, "is several mails:", identity)
    mail = mails[0]
    want(seen.setdefault(mail.identity(), email) == email, what,
         "is there twice:", seen[mail.identity()])
    want(subject == mail.subject, what, "subject", mail.subject)
    want(sent == sent_at(mail.date), what, "sent", sent, mail.date)
    want(reply == mail.reply, what, "in reply to", reply, mail.reply)
    if mail.headers_only():
        want(state == "headers" and body == "", what, state, "with body")
    else:
        want(state == "full" and mail.body in body.replace("\r", ""),
             what, state, repr(body[:80]), repr(mail.body[:80]))
    same(what + ": attachments", set(mail.attachments()),
         set(s.files.get(email, ())))
    want(len(s.files.get(email, ())) == len(mail.attachments()), what,
         "attachments twice", s.files.get(email))


def sent_at(date):
    """Mon, 02 Mar 2026 09:00:07 +0000 as the database writes it."""
    day, month, year, clock = date.split()[1:5]
    number = "JanFebMarAprMayJunJulAugSepOctNovDec".index(month) // 3 + 1
    return f"{year}-{number:02}-{day}T{clock}Z"


def compare_edited(model, s, email, traces, what):
    """One that was edited: where it lies in one place, that one's text; else
    one of the texts that it ever had."""
    mails = [m for t in traces for m in t.mails]
    now = {(i.box, i.id): i.mail if model.is_kept(i)
           else model.traces[i.box, i.id].mails[-1] for i in model.visible()
           if (i.box, i.id) in model.traces}
    keys = [(t.box, t.id) for t in traces]
    keys = [(t.box, t.id) for t in traces
            if lies_in(model, s, t, email)] or keys
    if s.places[keys[0]][0] != email:
        return  # its text went to another mail
    body = s.mail[email][6].replace("\r", "")
    if len(keys) == 1 and keys[0] in now:
        mails = [now[keys[0]]]
        want(s.mail[email][1] == mails[0].subject, what, "subject",
             mails[0].subject)
    if not mails[0].headers_only():
        want(any(m.body in body for m in mails), what, repr(body[:80]),
             [m.body[:40] for m in mails])


def compare_decisions(model, s):
    stale = model.stale()
    for i in model.visible():
        verdict, state = s.decided.get((i.box, i.id), (None, None))
        expected = model.verdict(i)
        if (i.box, i.id) in stale and verdict in ("keep", "headers"):
            expected = verdict   # nobody has decided on it since
        want(verdict == expected and (state == 2) == (expected == "failed"),
             "decision of", i.box, i.mail.subject, "is", verdict, state,
             "not", expected)
    same("failures", {(i.box, i.id) for i in model.visible()
                      if model.verdict(i) == "failed"},
         {x for x in s.failed if x[0] not in model.frozen})


def compare_rebuilt(model, old, new):
    """A new file has what is still there: the same ids, the same content."""
    variants = {}
    for t in model.traces.values():
        for m in t.mails:
            variants.setdefault(m.mid, set()).add(m.identity())
    edited = {email for key, (email, *_) in old.places.items()
              if any(map(model.is_edited, model.traces[key].mails))}
    stale = {old.places[key][0] for key in model.stale()}
    for key, (email, path, read, gone) in old.places.items():
        if gone or email in stale:
            continue
        want(key in new.places, "the new file lacks", key)
        twin = new.places[key]
        want((path, read, 0) == twin[1:], "place", key, path, read, twin)
        if email in edited:
            continue
        mid = model.traces[key].mails[0].mid
        if mid is None or len(variants[mid]) == 1:
            want(email == twin[0], "another id in a new file:", email, twin)
        a, b = list(old.mail[email]), list(new.mail[twin[0]])
        want(a == b, "in a new file:", a, b)
        for name in ("people", "links", "files"):
            a = getattr(old, name).get(email, [])
            b = getattr(new, name).get(twin[0], [])
            want(set(b) == set(a), name, "in a new file:", a, b)
