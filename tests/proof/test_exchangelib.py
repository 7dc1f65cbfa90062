"""A client that nobody here wrote reads the simulator: what it sees must be
what was loaded. Compared with the simulator's own dump and with the .eml
files as Python's email package reads them."""

import email
import email.policy
import glob
import hashlib
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

os.environ["REQUESTS_CA_BUNDLE"] = exsim.CA

import exchangelib  # noqa: E402
from exchangelib import errors  # noqa: E402
from exchangelib.protocol import CachingProtocol  # noqa: E402

UTC = exchangelib.EWSTimeZone("UTC")
ANNA, BEN, BOX = (f"{n}@contoso.example" for n in ("anna", "ben", "box"))
SHARED = sorted(glob.glob(os.path.join(exsim.MAIL, "**", "*.eml"),
                          recursive=True))

PLAIN = """\
Message-ID: <plain@case.example>
From: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <jm@fabrikam.example>
To: Anna Arndt <anna@contoso.example>, ben@contoso.example
Cc: "Dahl, Dora" <dora@fabrikam.example>
Subject: =?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?=
Date: Mon, 02 Mar 2026 09:00:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Grüße aus Köln!
"""
NESTED = """\
Message-ID: <nested@case.example>
From: carl@fabrikam.example
To: anna@contoso.example
Subject: forwarded
Date: Mon, 02 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>See <img src="cid:logo@x"> and the mail</p>
--b
Content-Type: image/png; name="logo.png"
Content-Disposition: inline; filename="logo.png"
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--b
Content-Type: message/rfc822

Message-ID: <inner@case.example>
From: dora@fabrikam.example
To: carl@fabrikam.example
Subject: the inner one
Date: Sun, 01 Mar 2026 10:00:00 +0000

inner body
--b--
"""
BARE = """\
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

no header says anything
"""


@pytest.fixture(scope="module", params=["2010", "2016"])
def sim(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("exsim")
    sim = exsim.Sim(str(directory), [
        "--version", request.param,
        "--account", f"{exsim.USER}:{exsim.PASSWORD}:impersonate",
        "--account", "ben:ben-password",
        "--account", "nobody:nobody-password"])
    sim.year = request.param
    for name, text in (("plain", PLAIN), ("nested", NESTED),
                       ("bare", BARE)):
        (directory / f"{name}.eml").write_text(text, newline="\r\n")
    sim.commands(f"""
mailbox {ANNA} name="Anna Arndt" dn=/o=Contoso/ou=Site/cn=Recipients/cn=anna
mailbox {BEN} name="Ben Baum" owner=ben
mailbox {BOX} name="Shared mail"
folder {ANNA} Inbox/Projects
folder {ANNA} Inbox/Projects/Barn
mail {ANNA} @inbox {directory}/plain.eml received=2026-03-02T08:00:05Z read=1
mail {ANNA} @inbox {directory}/nested.eml received=2026-03-02T10:00:05Z
mail {ANNA} @inbox {directory}/bare.eml received=2026-03-02T11:00:05Z
mail {ANNA} @sentitems {directory}/plain.eml received=2026-03-02T12:00:05Z
generate {ANNA} Inbox/Projects 230 3000 seed=7 attachment_every=9 \
attachment_bytes=12000
generate {BEN} @inbox 12 2000 seed=8
""")
    for n, path in enumerate(SHARED):
        sim.commands(f'mail {BOX} @inbox "{path}" '
                     f"received=2026-01-01T00:{n // 60:02}:{n % 60:02}Z\n")
    yield sim
    CachingProtocol.clear_cache()
    assert sim.stats()["violations"] == 0, sim.complaints()
    assert sim.stop() == 0, sim.complaints()


def account(sim, address, user=exsim.USER, password=exsim.PASSWORD,
            access=exchangelib.IMPERSONATION):
    """An account as any user of exchangelib makes one; the version is for
    exchangelib to find out."""
    return exchangelib.Account(
        address, autodiscover=False, access_type=access,
        default_timezone=UTC,
        config=exchangelib.Configuration(
            service_endpoint=sim.url, auth_type=exchangelib.BASIC,
            credentials=exchangelib.Credentials(user, password)))


@pytest.fixture(scope="module")
def anna(sim):
    return account(sim, ANNA)


def synced(folder):
    """Everything a first sync brings, and the folder with its new state."""
    return [(kind, item) for kind, item in
            folder.sync_items(only_fields=["subject"])]


def fetched(account, items):
    got = list(account.fetch([(i.id, i.changekey) for i in items]))
    for item in got:
        assert not isinstance(item, Exception), item
    return got


def addresses(mailboxes):
    return [m.email_address for m in mailboxes or []]


def test_version(sim, anna):
    build = anna.protocol.version.build
    assert build.major_version == {"2010": 14, "2016": 15}[sim.year]


def test_folders(sim, anna):
    root = anna.msg_folder_root
    prefix = root.absolute + "/"
    paths = {f.absolute[len(prefix):] for f in root.walk()}
    held = {item["folder"] for item in sim.dump(ANNA)}
    assert held <= paths
    assert "Inbox/Projects/Barn" in paths
    for folder in (anna.inbox, anna.sent, anna.drafts, anna.trash,
                   anna.junk, anna.outbox):
        assert folder.id in {f.id for f in root.walk()}
    counts = {}
    for item in sim.dump(ANNA):
        counts[item["folder"]] = counts.get(item["folder"], 0) + 1
    for folder in root.walk():
        if folder.absolute[len(prefix):] in counts:
            assert folder.total_count == \
                counts[folder.absolute[len(prefix):]]


def test_first_sync(sim, anna):
    folder = anna.inbox / "Projects"
    items = synced(folder)
    assert {kind for kind, _ in items} == {"create"}
    loaded = [i for i in sim.dump(ANNA) if i["folder"] == "Inbox/Projects"]
    assert len(loaded) == 230
    ids = [item.id for _, item in items]
    assert len(ids) == len(set(ids))
    assert set(ids) == {i["id"] for i in loaded}
    assert folder.item_sync_state
    assert synced(folder) == []


def test_fields(sim, anna):
    folder = anna.inbox / "Projects"
    by_id = {i["id"]: i for i in sim.dump(ANNA)}
    items = fetched(anna, folder.all().only("id", "changekey"))
    assert len(items) == 230
    for item in items:
        held = by_id[item.id]
        assert item.changekey == held["change_key"]
        assert item.subject == held["subject"]
        assert item.message_id == held["message_id"]
        assert [item.author.email_address] == held["from"]
        assert addresses(item.to_recipients) == held["to"]
        assert item.datetime_received.isoformat() \
            .replace("+00:00", "Z") == held["received"]
        assert item.body


def test_generated_attachments(sim, anna):
    folder = anna.inbox / "Projects"
    by_id = {i["id"]: i for i in sim.dump(ANNA)}
    seen = 0
    for item in folder.filter(has_attachments=True):
        held = by_id[item.id]["attachments"]
        got = [{"name": a.name, "size": len(a.content),
                "sha256": hashlib.sha256(a.content).hexdigest()}
               for a in item.attachments]
        assert got == [{k: h[k] for k in ("name", "size", "sha256")}
                       for h in held]
        seen += len(got)
    assert seen == sum(len(i["attachments"]) for i in by_id.values()
                       if i["folder"] == "Inbox/Projects") > 20


def test_encoded_headers(anna):
    item = anna.inbox.get(message_id="<plain@case.example>")
    assert item.subject == "Grüße aus Köln"
    assert item.author.name == "Jürgen Müller"
    assert item.author.email_address == "jm@fabrikam.example"
    assert addresses(item.to_recipients) == [ANNA, BEN]
    assert [(m.name, m.email_address) for m in item.cc_recipients] == \
        [("Dahl, Dora", "dora@fabrikam.example")]
    assert item.is_read
    assert "Grüße aus Köln!" in item.text_body \
        if item.text_body else "Grüße aus Köln!" in item.body
    assert item.datetime_sent.isoformat() == "2026-03-02T08:00:00+00:00"
    assert item.datetime_received.isoformat() == "2026-03-02T08:00:05+00:00"


def test_item_and_inline_attachment(anna):
    item = anna.inbox.get(message_id="<nested@case.example>")
    files = [a for a in item.attachments
             if isinstance(a, exchangelib.FileAttachment)]
    items = [a for a in item.attachments
             if isinstance(a, exchangelib.ItemAttachment)]
    assert len(files) == 1 and len(items) == 1
    assert files[0].is_inline and files[0].content_id == "logo@x"
    assert files[0].content_type == "image/png"
    assert files[0].content.startswith(b"\x89PNG")
    inner = items[0].item
    assert inner.subject == "the inner one"
    assert inner.message_id == "<inner@case.example>"
    assert "inner body" in inner.body


EDITED = """\
Message-ID: <edited@case.example>
From: carl@fabrikam.example
To: ben@contoso.example
Subject: edited
Date: Mon, 02 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{text}
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="a.bin"

{a}
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="c.bin"

never edited
--b
Content-Type: message/rfc822

Message-ID: <inner@case.example>
From: dora@fabrikam.example
Subject: the inner one
Date: Sun, 01 Mar 2026 10:00:00 +0000

inner body
--b--
"""


def test_edit_and_categories(sim, tmp_path):
    """What an edit leaves keeps its id; what it changes has another."""
    sim.commands(f"folder {BEN} Inbox/Edited\n")
    folder = account(sim, BEN).inbox / "Edited"
    path = tmp_path / "edited.eml"

    def loaded(command, text, a):
        path.write_text(EDITED.format(text=text, a=a), newline="\r\n")
        sim.commands(f"{command} {path}\n")
        item = folder.get(message_id="<edited@case.example>")
        return item, {x.name: x for x in item.attachments}

    item, first = loaded(f"mail {BEN} Inbox/Edited", "one", "content one")
    assert set(first) == {"a.bin", "c.bin", "the inner one"}
    key = item.changekey
    item, second = loaded(f"edit {BEN} id:{item.id}", "two", "content one")
    assert "two" in item.body and item.changekey != key
    for name, a in first.items():
        b = second[name]
        assert (a.attachment_id.id, a.size, a.last_modified_time) == \
            (b.attachment_id.id, b.size, b.last_modified_time)
    key = item.changekey
    item, third = loaded(f"edit {BEN} id:{item.id}", "two", "content two")
    assert third["a.bin"].content == b"content two"
    assert third["c.bin"].content == b"never edited"
    ids = {x: third[x].attachment_id.id == first[x].attachment_id.id
           for x in first}
    assert ids == {"a.bin": False, "c.bin": True, "the inner one": True}
    with pytest.raises(errors.ErrorInvalidAttachmentId):
        assert second["a.bin"].content
    sim.commands(f'categories {BEN} id:{item.id} "Red one,Blue"\n')
    item = folder.get(message_id="<edited@case.example>")
    assert item.categories == ["Red one", "Blue"]
    assert [i.categories for i in folder.all().only("categories")] == \
        [item.categories]
    sim.commands(f"categories {BEN} id:{item.id}\n")
    item = folder.get(message_id="<edited@case.example>")
    assert not item.categories
    sim.commands(f"delete {BEN} id:{item.id}\n")


def test_mime_made_anew(sim, anna):
    def inner():
        item = anna.inbox.get(message_id="<nested@case.example>")
        (a,) = [a for a in item.attachments
                if isinstance(a, exchangelib.ItemAttachment)]
        return a.item.mime_content

    kept = inner()
    assert kept == inner() and kept.startswith(b"Message-ID: <inner@")
    sim.commands("option mime=anew\n")
    one, two = inner(), inner()
    assert len({kept, one, two}) == 3
    assert one.endswith(kept) and two.endswith(kept)
    sim.commands("option mime=kept\n")
    assert inner() == kept
    with pytest.raises(exsim.Error):
        sim.commands("option mime=other\n")


def test_mail_without_headers(sim, anna):
    bare = [i for i in sim.dump(ANNA) if i["folder"] == "Inbox"
            and not i["message_id"]]
    assert len(bare) == 1
    (item,) = anna.fetch([(bare[0]["id"], bare[0]["change_key"])])
    assert item.subject is None and item.message_id is None
    assert item.author is None and item.sender is None
    assert "no header says anything" in item.body


def test_changes(sim):
    """New, moved, read and deleted mail, each told exactly once."""
    ben = account(sim, BEN)
    folder = ben.inbox
    assert len(synced(folder)) == 12
    by_age = sorted(sim.dump(BEN), key=lambda i: i["received"])
    sim.commands(f"""
read {BEN} nth:@inbox:0 {0 if by_age[0]["read"] else 1}
move {BEN} nth:@inbox:1 @deleteditems
delete {BEN} nth:@inbox:1
generate {BEN} @inbox 1 1000 seed=99 start=2030-01-01T00:00:00Z
""")
    changes = synced(folder)
    kinds = sorted(kind for kind, _ in changes)
    assert kinds in (["create", "delete", "delete", "read_flag_change"],
                     ["create", "delete", "delete", "update"])
    gone = {item.id for kind, item in changes if kind == "delete"}
    assert gone == {by_age[1]["id"], by_age[2]["id"]}
    assert synced(folder) == []
    assert [item.subject for _, item in synced(ben.trash)] == \
        [by_age[1]["subject"]]


def test_paging(sim, anna):
    """FindItem in pages smaller than the folder, both orders."""
    sim.commands("limit find=50\n")
    folder = anna.inbox / "Projects"
    times = [i.datetime_received for i in
             folder.all().order_by("datetime_received")
             .only("datetime_received")]
    assert len(times) == 230 and times == sorted(times)
    times = [i.datetime_received for i in
             folder.all().order_by("-datetime_received")
             .only("datetime_received")]
    assert len(times) == 230 and times == sorted(times, reverse=True)
    sim.commands("limit find=1000\n")


# Fields of a message that exchangelib cannot write as text, and those that no
# restriction takes.
UNWRITTEN = {"parent_folder_id", "headers", "effective_rights",
             "response_objects", "attachments"}
UNASKED = {"culture", "to_recipients", "cc_recipients", "reply_to",
           "conversation_index", "conversation_id", "unique_body"}
COMMON = {"subject", "importance", "sensitivity", "author", "sender", "size",
          "is_read", "has_attachments", "display_to", "datetime_sent",
          "datetime_received", "last_modified_time", "message_id",
          "references", "item_class", "conversation_topic"}


def message_fields(account):
    """Those that the server's version has, but for the ids."""
    return [f for f in exchangelib.Message.FIELDS
            if f.supports_version(account.version)
            and f.name not in {"_id", "mime_content"} | UNWRITTEN]


@pytest.fixture(scope="module")
def labelled(sim, anna):
    """The mail of everything; it has categories."""
    sim.commands(f'categories {ANNA} mid:plain@case.example "Test A,Test B"')
    return anna.inbox.get(message_id="<plain@case.example>")


def test_restriction_on_each_field(anna, labelled):
    """What GetItem shows can be asked for, or is refused, never ignored."""
    asked = set()
    for f in message_fields(anna):
        value = getattr(labelled, f.name)
        if value is None or (f.is_list and not value):
            continue
        if f.name == "reminder_minutes_before_start":
            continue  # the mail has none: exchangelib says 0 then
        lookup = {f.name + "__in": value} if f.is_list else {f.name: value}
        was, f.is_searchable = f.is_searchable, True
        try:
            if f.name in UNASKED:
                with pytest.raises(errors.ErrorUnsupportedPathForQuery):
                    list(anna.inbox.filter(**lookup))
                continue
            ids = {i.id for i in anna.inbox.filter(**lookup).only("id")}
            assert labelled.id in ids, lookup
            other = anna.inbox.exclude(**lookup).only("id")
            assert not ids & {i.id for i in other}, lookup
            asked.add(f.name)
        finally:
            f.is_searchable = was
    assert (COMMON - {"references"}) | {"categories", "body"} <= asked


def test_sort_by_each_field(anna):
    folder, done = anna.inbox / "Projects", set()
    for f in message_fields(anna):
        try:
            assert len(list(folder.all().order_by(f.name).only("id")[:3])) \
                == 3
            done.add(f.name)
        except errors.ErrorUnsupportedPathForSortGroup:
            pass
    assert COMMON <= done
    assert not done & (UNASKED | {"body", "text_body", "categories"})


def test_lookups(anna, labelled):
    """Exact means exact; the others ignore case, and categories too."""
    def found(**lookup):
        return anna.inbox.filter(**lookup).count()

    subject = labelled.subject
    for op, value in (("exact", subject), ("contains", subject[2:9]),
                      ("startswith", subject[:6])):
        for how, lower in (("", 0), ("i", 1)):
            key = f"subject__{how}{op}"
            assert found(**{key: value}) == 1, key
            assert found(**{key: value.upper()}) == lower, key
            assert found(**{key: value + "XXX"}) == 0, key
    assert found(subject=subject.upper()) == 1
    assert found(categories__contains=["test b", "TEST A"]) == 1
    assert found(categories__contains=["Test A", "Test C"]) == 0
    assert found(categories__in=["Test C", "Test A"]) == 1
    assert found(datetime_created__exists=True) == 3
    assert found(datetime_created__exists=False) == 0


def test_folder_queries(anna):
    root = anna.root
    everything = exchangelib.folders.FolderCollection(
        account=anna, folders=[root])

    def found(**lookup):
        return [f.name for f in everything.find_folders(
            q=exchangelib.Q(**lookup))]

    top = root.tois.name
    assert root.tois.folder_class is None
    assert found(name=top) == [top]
    assert found(name__startswith=top[:6]) == [top]
    assert found(name__startswith=top[:6].lower()) == []
    assert found(name__istartswith=top[:6].lower()) == [top]
    assert found(name__in=["Barn", "Projects", "Nowhere"]) == \
        ["Projects", "Barn"]
    assert (root // top.upper() // "inbox").id == anna.inbox.id


def test_new_folder_and_removed_mail(sim):
    ben = account(sim, BEN)
    folder = exchangelib.folders.Messages(parent=ben.inbox,
                                          name="New").save()
    folder.refresh()
    assert (folder.folder_class, folder.total_count) == ("IPF.Note", 0)
    plain = exchangelib.Folder(parent=ben.inbox, name="Plain").save()
    plain.refresh()
    assert plain.folder_class is None
    sim.commands(f"generate {BEN} Inbox/New 3 1000 seed=98")
    for how, there in (("SoftDelete", "recoverable_items_deletions"),
                       ("HardDelete", "recoverable_items_purges"),
                       ("MoveToDeletedItems", "trash")):
        before = getattr(ben, there).all().count()
        item = folder.all().order_by("subject")[0]
        assert list(ben.bulk_delete([item], delete_type=how)) == [True]
        (gone,) = ben.fetch([(item.id, item.changekey)])
        assert isinstance(gone, errors.ErrorItemNotFound)
        assert getattr(ben, there).all().count() == before + 1
        assert getattr(ben, there).filter(subject=item.subject).count() == 1
    assert folder.all().count() == 0


def test_item_that_is_gone(sim, anna):
    held = sim.dump(ANNA)[0]
    wrong = held["id"][:-8] + "AAAAAAA="
    (answer,) = anna.fetch([(wrong, held["change_key"])])
    assert isinstance(answer, (errors.ErrorItemNotFound,
                               errors.ErrorInvalidIdMalformed,
                               errors.ErrorInvalidId))


def test_resolve_names(sim, anna):
    dn = "/o=Contoso/ou=Site/cn=Recipients/cn=anna"
    (found,) = anna.protocol.resolve_names([dn])
    assert found.email_address == ANNA
    (answer,) = anna.protocol.resolve_names(["/o=Nowhere/cn=x"])
    assert isinstance(answer, errors.ErrorNameResolutionNoResults)


def test_own_mailbox(sim):
    """Without impersonation the owner gets in, nobody else does."""
    ben = account(sim, BEN, "ben", "ben-password", exchangelib.DELEGATE)
    assert ben.inbox.total_count > 0
    other = account(sim, BEN, "nobody", "nobody-password",
                    exchangelib.DELEGATE)
    with pytest.raises((errors.ErrorAccessDenied, errors.ErrorFolderNotFound,
                        errors.ErrorNonExistentMailbox,
                        errors.ErrorItemNotFound)):
        other.inbox.refresh()


def test_impersonation_needs_the_right(sim):
    other = account(sim, ANNA, "nobody", "nobody-password")
    with pytest.raises((errors.ErrorImpersonateUserDenied,
                        errors.ErrorImpersonationDenied)):
        other.inbox.refresh()


def test_wrong_password(sim):
    with pytest.raises(errors.UnauthorizedError):
        account(sim, ANNA, exsim.USER, "wrong").inbox.refresh()


# --- the shared messages, each against its own file ------------------------

@pytest.fixture(scope="module")
def box(sim):
    """Item and dump of each shared file: by time of arrival."""
    if not SHARED:
        return {}
    got = account(sim, BOX)
    held = {i["received"]: i for i in sim.dump(BOX)}
    items = {i.datetime_received.isoformat().replace("+00:00", "Z"): i
             for i in got.inbox.all()}
    assert set(held) == set(items) and len(items) == len(SHARED)
    return {path: (items[time], held[time])
            for path, time in zip(SHARED, sorted(held))}


def test_shared_mail_is_there():
    if not SHARED:
        pytest.skip("needs ../shared/mail")
    assert len(SHARED) > 90


def headers(data):
    """A message as Python's email package reads it."""
    message = email.message_from_bytes(data)
    return [(k.lower(), " ".join(str(v).split()))
            for k, v in message.items()]


def parts(data):
    """Leaves of a message: type and decoded content, line ends apart."""
    out = []
    for part in email.message_from_bytes(data).walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True) or b""
            out.append((part.get_content_type(),
                        content.replace(b"\r\n", b"\n").rstrip(b"\n")))
    return out


@pytest.mark.parametrize(
    "path", SHARED,
    ids=[os.path.relpath(p, exsim.MAIL) for p in SHARED])
def test_shared(path, box):
    item, held = box[path]
    with open(path, "rb") as f:
        original = f.read()
    assert (item.subject or "") == (held["subject"] or "")
    assert (item.message_id or "") == (held["message_id"] or "")
    # several in From: Exchange has room for the first
    assert addresses([item.author] if item.author else []) == \
        held["from"][:1]
    assert addresses(item.to_recipients) == held["to"]
    assert headers(item.mime_content) == headers(original)
    assert parts(item.mime_content) == parts(original)
    check_attachments(item, held)
    check_subject(item, original)


def check_attachments(item, held):
    files = [a for a in item.attachments
             if isinstance(a, exchangelib.FileAttachment)]
    got = [(a.name, hashlib.sha256(a.content or b"").hexdigest())
           for a in files]
    want = [(a["name"], a["sha256"]) for a in held["attachments"]
            if a.get("kind", "file") == "file"]
    assert got == want


def check_subject(item, original):
    """Where Python finds nothing wrong with a subject, it reads as the
    simulator reads it."""
    message = email.message_from_bytes(
        original, policy=email.policy.default)
    subject = message["subject"]
    if subject is None or subject.defects or "\ufffd" in subject or \
            any("\udc80" <= c <= "\udcff" for c in subject):
        return
    assert " ".join((item.subject or "").split()) == \
        " ".join(subject.split())


# --- what exchangelib writes -----------------------------------------------

def written(account):
    """A draft with every field that exchangelib writes into a message."""
    when = exchangelib.EWSDateTime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    box = exchangelib.Mailbox
    return dict(
        subject="S\u00fcbject", body="some text", importance="High",
        sensitivity="Private", in_reply_to="<a@x.example>",
        references="<b@x.example>", categories=["one", "two"],
        reminder_is_set=True, reminder_minutes_before_start=15,
        reminder_due_by=when, culture="da-DK", is_read=False,
        to_recipients=[box(name="Foo", email_address="foo@x.example")],
        cc_recipients=[box(name="Bar", email_address="bar@x.example")],
        bcc_recipients=[box(name="Baz", email_address="baz@x.example")],
        reply_to=[box(name="Re", email_address="re@x.example")],
        author=box(name="Me", email_address=account.primary_smtp_address),
        is_read_receipt_requested=True, is_delivery_receipt_requested=True,
        is_response_requested=True, message_id="<w@x.example>")


def told(person):
    return getattr(person, "name", None), \
        getattr(person, "email_address", person)


def again(item):
    got, = item.account.fetch([(item.id, item.changekey)])
    return got


def test_write_and_read(sim):
    ben = account(sim, BEN)
    values = written(ben)
    item = exchangelib.Message(account=ben, folder=ben.drafts, **values)
    got = again(item.save())
    for name, value in values.items():
        here = getattr(got, name)
        if name == "author":
            here, value = told(here), told(value)
        elif name.endswith(("recipients", "reply_to")):
            here, value = list(map(told, here)), list(map(told, value))
        assert here == value, name
    changed = dict(subject="other", body=exchangelib.HTMLBody("<p>x</p>"),
                   categories=["three"], importance="Low", is_read=True,
                   references="<c@x.example>", reminder_is_set=False)
    for name, value in changed.items():
        setattr(item, name, value)
    item.save()
    got = again(item)
    assert {n: getattr(got, n) for n in changed} == changed
    gone = ["subject", "categories", "in_reply_to", "references"]
    for name in gone:
        setattr(item, name, None)
    item.save(update_fields=gone)
    got = again(item)
    assert [getattr(got, n) for n in gone] == [None] * len(gone)
    item.delete()


def test_attach_and_detach(sim):
    ben = account(sim, BEN)
    item = exchangelib.Message(account=ben, folder=ben.drafts, subject="a")
    item.attach(exchangelib.FileAttachment(name="1.txt", content=b"one"))
    item.save()
    item.attach(exchangelib.FileAttachment(
        name="2.txt", content=b"two", is_inline=True, content_id="c2"))
    item.attach(exchangelib.ItemAttachment(
        name="inner", item=exchangelib.Message(subject="in", body="x")))
    got = again(item)
    have = {a.name: a for a in got.attachments}
    assert set(have) == {"1.txt", "2.txt", "inner"}
    assert have["1.txt"].content == b"one" and not have["1.txt"].is_inline
    assert have["2.txt"].content == b"two" and have["2.txt"].is_inline
    assert have["inner"].item.subject == "in"
    got.detach(have["2.txt"])
    assert {a.name for a in again(got).attachments} == {"1.txt", "inner"}
    got.delete()


def test_send(sim):
    ben, anna = account(sim, BEN), account(sim, ANNA)
    before = anna.inbox.all().count(), ben.sent.all().count()
    for save in (False, True):
        item = exchangelib.Message(
            account=ben, folder=ben.sent if save else None, subject="sent",
            body="x", to_recipients=[ANNA, ANNA], cc_recipients=[ANNA])
        if save:
            item.send_and_save()
        else:
            item.send()
    item = exchangelib.Message(account=ben, folder=ben.drafts, subject="sent",
                               body="x", to_recipients=[ANNA]).save()
    item.send()
    anna.inbox.refresh()
    assert anna.inbox.all().count() == before[0] + 3
    assert ben.sent.all().count() == before[1] + 3


def test_many_at_once(sim):
    ben = account(sim, BEN)
    ids = ben.bulk_create(ben.drafts, [
        exchangelib.Message(subject=str(n)) for n in range(7)], chunk_size=3)
    assert len(ids) == 7
    items = [exchangelib.Message(id=i.id, changekey=i.changekey,
                                 subject=f"{n}!", account=ben)
             for n, i in enumerate(ids)]
    done = ben.bulk_update([(item, ["subject"]) for item in items])
    assert [i for i, _ in done] == [i.id for i in ids]
    assert [i.subject for i in ben.fetch(done)] == \
        [f"{n}!" for n in range(7)]
    moved = ben.bulk_move(done, ben.trash)
    copied = ben.bulk_copy(moved, ben.drafts)
    assert ben.bulk_delete(moved + copied) == [True] * 14
    assert all(isinstance(i, errors.ErrorItemNotFound)
               for i in ben.fetch(moved + copied))


def test_changes_of_ones_own(sim):
    ben = account(sim, BEN)
    folder = ben.drafts
    synced(folder)
    item = exchangelib.Message(account=ben, folder=folder, subject="x",
                               is_read=False).save()
    assert [k for k, _ in synced(folder)] == ["create"]
    item.subject = "y"
    item.save(update_fields=["subject"])
    assert [k for k, _ in synced(folder)] == ["update"]
    item.is_read = True
    item.save(update_fields=["is_read"])
    assert [k for k, _ in synced(folder)] == ["read_flag_change"]
    item.delete()
    assert [k for k, _ in synced(folder)] == ["delete"]


def test_extended_properties(sim):
    class Words(exchangelib.ExtendedProperty):
        property_set_id = "deadbeef-cafe-cafe-cafe-deadbeefcafe"
        property_name = "Words"
        property_type = "StringArray"

    class Flagged(exchangelib.ExtendedProperty):
        property_tag = 0x1090
        property_type = "Integer"

    ben = account(sim, BEN)
    exchangelib.Message.register("words", Words)
    exchangelib.Message.register("flagged", Flagged)
    try:
        item = exchangelib.Message(account=ben, folder=ben.drafts,
                                   subject="x", words=["a", "b"],
                                   flagged=2).save()
        assert (again(item).words, again(item).flagged) == (["a", "b"], 2)
        item.words = item.flagged = None
        item.save(update_fields=["words", "flagged"])
        assert (again(item).words, again(item).flagged) == (None, None)
        item.delete()
    finally:
        exchangelib.Message.deregister("words")
        exchangelib.Message.deregister("flagged")


def test_filters_on_what_was_written(sim):
    """A filter sees what GetItem shows, not only what mail came with."""
    ben = account(sim, BEN)
    yes = dict(reminder_is_set=True, is_delivery_receipt_requested=True,
               is_read_receipt_requested=True, is_response_requested=True,
               reminder_minutes_before_start=45)
    no = dict.fromkeys(yes, False) | dict(reminder_minutes_before_start=5)
    one, two = (exchangelib.Message(account=ben, folder=ben.drafts,
                                    subject="flags", **values).save()
                for values in (yes, no))
    drafts = ben.drafts.filter(subject="flags")
    for name in yes:
        for item, value in ((one, yes[name]), (two, no[name])):
            found = drafts.filter(**{name: value})
            assert [i.id for i in found] == [item.id], name
    found = drafts.order_by("reminder_minutes_before_start")
    assert [i.id for i in found] == [two.id, one.id]
    assert drafts.filter(reminder_minutes_before_start__gt=5).count() == 1
    drafts.delete()


def test_filters_on_each_of_several_values(sim):
    class Numbers(exchangelib.ExtendedProperty):
        property_set_id = "deadbeef-cafe-cafe-cafe-deadbeefcafe"
        property_name = "Numbers"
        property_type = "IntegerArray"

    class Words(exchangelib.ExtendedProperty):
        property_set_id = "deadbeef-cafe-cafe-cafe-deadbeefcafe"
        property_name = "Several words"
        property_type = "StringArray"

    ben = account(sim, BEN)
    exchangelib.Message.register("numbers", Numbers)
    exchangelib.Message.register("words", Words)
    try:
        item = exchangelib.Message(
            account=ben, folder=ben.drafts, subject="x", numbers=[3, 40, 5],
            words=["first", "second", "third"]).save()
        for name, values, other in (("numbers", [3, 40, 5], 4),
                                    ("words", item.words, "rst")):
            for value in values:
                assert ben.drafts.filter(
                    **{name + "__contains": [value]}).count() == 1, value
            assert ben.drafts.filter(
                **{name + "__contains": values}).count() == 1
            assert ben.drafts.filter(
                **{name + "__contains": [values[0], other]}).count() == 0
        item.delete()
    finally:
        exchangelib.Message.deregister("numbers")
        exchangelib.Message.deregister("words")


def test_ids_of_attachments_that_came_with_the_item(sim):
    """The answer to CreateItem tells them, so that they can be taken out
    without a GetItem in between."""
    ben = account(sim, BEN)
    for kind in (  # not both at once: exchangelib would mix them up
            lambda n: exchangelib.FileAttachment(name=n, content=b"x"),
            lambda n: exchangelib.ItemAttachment(
                name=n, item=exchangelib.Message(subject=n))):
        item = exchangelib.Message(account=ben, folder=ben.drafts,
                                   subject="a")
        item.attach([kind("one"), kind("two"), kind("three")])
        item.save()
        told = {a.name: a.attachment_id.id for a in item.attachments}
        assert told == {a.name: a.attachment_id.id
                        for a in again(item).attachments}
        item.detach(item.attachments[1])
        assert [a.name for a in again(item).attachments] == ["one", "three"]
        item.delete()


def test_attached_to_what_is_attached(sim):
    ben = account(sim, BEN)
    inner = exchangelib.Message(subject="third", body="deep")
    inner.attach(exchangelib.FileAttachment(name="f.txt", content=b"file"))
    for subject in ("second", "first", "outermost"):
        outer = exchangelib.Message(account=ben, subject=subject,
                                    folder=ben.drafts)
        outer.attach(exchangelib.ItemAttachment(name="inner", item=inner))
        inner = outer
    got = again(inner.save())
    seen = []
    while isinstance(got.attachments[0], exchangelib.ItemAttachment):
        got = got.attachments[0].item
        seen.append(got.subject)
    assert seen == ["first", "second", "third"]
    assert got.attachments[0].content == b"file"
    inner.delete()


def test_categories_of_an_attached_message(sim):
    ben = account(sim, BEN)
    item = exchangelib.Message(account=ben, folder=ben.drafts, subject="a",
                               categories=["outer"])
    item.attach(exchangelib.ItemAttachment(
        name="inner", item=exchangelib.Message(
            subject="in", categories=["one", "two words"])))
    item.attach(exchangelib.ItemAttachment(
        name="plain", item=exchangelib.Message(subject="none")))
    item.save()
    got = again(item)
    assert got.categories == ["outer"]
    assert {a.name: a.item.categories for a in got.attachments} == \
        {"inner": ["one", "two words"], "plain": None}
    got.delete()


def test_long_subjects(sim):
    """A subject has room for 255 UTF-16 units; the rest is cut off."""
    ben = account(sim, BEN)
    for long, cut in (("x" * 300, "x" * 255),
                      ("x" + "\N{GRINNING FACE}" * 200,
                       "x" + "\N{GRINNING FACE}" * 127),
                      ("xx" + "\N{GRINNING FACE}" * 200,
                       "xx" + "\N{GRINNING FACE}" * 126)):
        field = exchangelib.Message.get_field_by_fieldname("subject")
        field.max_length, was = 4000, field.max_length
        try:
            item = exchangelib.Message(account=ben, folder=ben.drafts,
                                       subject=long).save()
            assert again(item).subject == cut
            item.subject = "short"
            item.save(update_fields=["subject"])
            item.subject = long
            item.save(update_fields=["subject"])
            assert again(item).subject == cut
        finally:
            field.max_length = was
        item.delete()


def test_what_it_refuses(sim):
    """No Success for what is not stored."""
    ben = account(sim, BEN)
    when = exchangelib.EWSDateTime(2026, 1, 2, tzinfo=UTC)
    for item in (
            exchangelib.CalendarItem(account=ben, folder=ben.calendar,
                                     subject="x", start=when, end=when),
            exchangelib.Contact(account=ben, folder=ben.contacts,
                                display_name="x", file_as="x"),
            exchangelib.Task(account=ben, folder=ben.tasks, subject="x")):
        with pytest.raises(errors.ErrorInvalidItemForOperationCreateItem):
            item.save()
    item = ben.inbox.all()[0]
    for call in (lambda: ben.export([item]), lambda: ben.oof_settings):
        with pytest.raises(errors.ErrorInvalidOperation):
            call()
