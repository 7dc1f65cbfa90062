"""The simulator's Microsoft Graph: read by Microsoft's two JavaScript clients,
judged by the generated one (graphcheck.mjs), and held to what its README says.
Every request of this file and every answer passes the judge at its end, but
for requests that are wrong on purpose."""

import base64
import gzip
import hashlib
import json
import os
import random
import sys
import urllib.parse

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import entra  # noqa: E402
import exsim  # noqa: E402
import graph  # noqa: E402

ANNA = "anna@contoso.example"
BERT = "bert@contoso.example"
U = f"/v1.0/users/{ANNA}"
B = f"/v1.0/users/{BERT}"
INBOX = f"{U}/mailFolders/inbox"
DELTA = f"{INBOX}/messages/delta?$select=subject,isRead"
MEANT_WRONG = "meant-wrong"

needs_node = pytest.mark.skipif(
    not graph.has_node(), reason="needs npm: tests/setup.sh graph")

MIXED = """\
From: "Zoë" <zoe@else.example>
To: anna@contoso.example
Subject: mixed =?utf-8?q?=C3=BC?=
Date: Thu, 01 Jan 2026 10:00:00 +0000
Message-ID: <mixed@else.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

a < b
--b
Content-Type: application/pdf; name=a.pdf
Content-Disposition: attachment; filename=a.pdf
Content-Transfer-Encoding: base64

AAECA/8=
--b
Content-Type: message/rfc822

From: in@else.example
Subject: inside
Message-ID: <inside@else.example>
Date: Thu, 01 Jan 2026 09:00:00 +0000

the inner one
--b--
"""

LOGS = []       # of every simulator that ran


class Scene:
    def __init__(self, directory, args=()):
        self.directory = str(directory)
        self.sim = exsim.Sim(
            self.directory, ["--auth", "bearer", "--version", "online", *args])
        self.sim.commands(
            "app reader secret=s roles=Mail.Read,User.Read.All\n"
            "app basic secret=s roles=Mail.ReadBasic.All\n"
            "app none secret=s\n"
            "account anna p1\naccount bert p2\n"
            f"mailbox {ANNA} owner=anna name=Anna\n"
            f"mailbox {BERT} owner=bert delegate=anna alias=bb@contoso.example"
            "\n")
        self.anna = self.client()

    def client(self, app="reader", prefer=None):
        return graph.Client(
            self.sim, graph.app_token(self.sim, app, "s"), prefer)

    def load(self, text, where=f"{ANNA} @inbox", more=""):
        path = os.path.join(self.directory, "one.eml")
        with open(path, "wb") as f:
            f.write(text.replace("\n", "\r\n").encode())
        self.sim.command(f"mail {where} {path} {more}")

    def wrong(self, path, client=None, **headers):
        """A GET that is wrong on purpose, which the judge does not see."""
        answer = (client or self.anna).get(
            path, client_request_id=MEANT_WRONG, **headers)
        assert answer.status >= 400, answer.bytes
        return answer

    def stop(self):
        status = self.sim.stop()
        with open(self.sim.log_path, encoding="utf-8") as f:
            LOGS.append(f.read())
        assert status == 0, self.sim.complaints()


@pytest.fixture(name="scene")
def fixture_scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.stop()


def subjects(rows):
    return [r.get("subject", r.get("@removed")) for r in rows]


# --- Microsoft's clients ------------------------------------------------------

@needs_node
def test_two_clients_read_it(scene):
    scene.sim.commands(
        f"generate {ANNA} @inbox 11 900 attachment_every=5"
        f" attachment_bytes=3000\nfolder {ANNA} Inbox/Below\n")
    held = [m["subject"] for m in scene.sim.dump(ANNA)][::-1]
    status, saw = graph.run_node("graphclients.mjs", json.dumps({
        "base": f"https://{scene.sim.parts.netloc}",
        "token": scene.anna.token, "user": ANNA,
        "change": f"delete {ANNA} nth:@inbox:0\n"
                  f"read {ANNA} nth:@inbox:2 0\n",
        "fault": "graphfault op=folder.get do=error status=429"
                 " code=TooManyRequests retry_after=1\n"}))
    assert status == 0
    plain, generated = saw["plain"], saw["generated"]
    assert plain["folders"] == generated["folders"]
    assert {"Inbox", "Drafts", "Sent Items"} <= set(plain["folders"])
    assert plain["first"] == held and generated["first"] == held[:-1]
    assert sorted(map(str, plain["second"])) == ["None", "removed"]
    assert plain["attachmentSame"] and plain["attachmentBytes"] == 3000
    assert plain["error"] == generated["error"] == [
        400, "ErrorInvalidIdMalformed"]
    assert plain["batch"] == [200, 200, 400]
    assert plain["again"] == "Inbox"
    assert generated["dates"] and generated["deltaLink"]
    assert generated["attachment"] == plain["attachment"]
    assert generated["contentType"] == "html" and generated["mime"] > 3000
    throttled = [x for x in scene.sim.log() if x.get("status") == 429]
    assert len(throttled) == 1


# --- the judge ----------------------------------------------------------------

def line(url, answer=None, method="GET", status=200, body=None):
    return json.dumps({
        "graph": True, "batch": False, "spoilt": False, "method": method,
        "url": url, "base": "https://h", "status": status,
        **({"answer": json.dumps(answer)} if answer is not None else {}),
        **({"body": json.dumps(body)} if body is not None else {})}) + "\n"


MESSAGE = {"@odata.etag": 'W/"1"', "id": "1", "subject": "s"}
GOOD = [
    line(f"{INBOX}/messages?$select=id,subject&$top=5", {"value": [MESSAGE]}),
    line(f"{INBOX}/messages/delta?$deltatoken=x", {
        "value": [{"id": "1", "@removed": {"reason": "deleted"}}],
        "@odata.deltaLink": "https://h/v1.0/x"}),
    line(f"{U}/messages/1/attachments/2/$value"),
    line(f"{U}/messages/1", {"error": {"code": "a", "message": "b"}},
         status=404),
    line("/v1.0/$batch", {"responses": [
        {"id": "1", "status": 200,
         "headers": {"Content-Type": "application/json"},
         "body": {**MESSAGE}},
        {"id": "2", "status": 200, "headers": {"Content-Type": "text/plain"},
         "body": "YQ=="}]}, "POST", body={"requests": [
             {"id": "1", "method": "GET", "url": "/users/a/messages/1"},
             {"id": "2", "method": "GET",
              "url": "/users/a/messages/1/$value"}]}),
]


def batch_line(requests, responses):
    return line("/v1.0/$batch", {"responses": responses}, "POST",
                body={"requests": requests})


ONE = {"id": "1", "method": "GET", "url": "/users/a/messages/1"}
OK = {"id": "1", "status": 200,
      "headers": {"Content-Type": "application/json"}, "body": MESSAGE}
BAD = {
    "path": line(f"{U}/mailFolder/inbox"),
    "method": line(f"{U}/messages/1", method="PUT", body={}),
    "option": line(f"{INBOX}/messages?$selct=id"),
    "select": line(f"{INBOX}/messages?$select=recievedDateTime"),
    "orderby": line(f"{INBOX}/messages?$orderby=received%20desc"),
    "body": line(f"{INBOX}/messages", body={"x": 1}),
    "property": line(f"{U}/messages/1", {**MESSAGE, "subjekt": "x"}),
    "boolean": line(f"{U}/messages/1", {**MESSAGE, "isRead": "true"}),
    "date": line(f"{U}/messages/1", {
        **MESSAGE, "receivedDateTime": "2026-01-01 10:00"}),
    "enumeration": line(f"{U}/messages/1", {**MESSAGE, "importance": "High"}),
    "list": line(f"{U}/messages/1", {**MESSAGE, "toRecipients": {}}),
    "address": line(f"{U}/messages/1", {
        **MESSAGE, "from": {"emailAddress": {"adress": "a"}}}),
    "number": line(INBOX, {"id": "1", "totalItemCount": "5"}),
    "binary": line(f"{U}/messages/1/attachments/2", {
        "@odata.type": "#microsoft.graph.fileAttachment", "id": "2",
        "contentBytes": "%%%"}),
    "derived": line(f"{U}/messages/1/attachments/2", {
        "@odata.type": "#microsoft.graph.itemAttachment", "id": "2",
        "contentBytes": "YQ=="}),
    "error": line(f"{U}/messages/1", {"message": "x"}, status=404),
    "both links": line(f"{INBOX}/messages/delta", {
        "value": [], "@odata.nextLink": "https://h/v1.0/x",
        "@odata.deltaLink": "https://h/v1.0/x"}),
    "no link": line(f"{INBOX}/messages/delta", {"value": []}),
    "foreign": line(f"{INBOX}/messages", {
        "value": [], "@odata.nextLink": "https://evil/v1.0/x"}),
    "no id": line(f"{INBOX}/messages", {"value": [{"subject": "x"}]}),
    "unselected": line(f"{INBOX}/messages?$select=subject", {
        "value": [{**MESSAGE, "isRead": True}]}),
    "removed": line(f"{INBOX}/messages/delta?$deltatoken=x", {
        "value": [{"id": "1", "subject": "x",
                   "@removed": {"reason": "deleted"}}],
        "@odata.deltaLink": "https://h/v1.0/x"}),
    "inner path": batch_line([{**ONE, "url": "/users/a/mesages/1"}], [OK]),
    "inner answer": batch_line([ONE], [
        {**OK, "body": {**MESSAGE, "isRead": 1}}]),
    "inner url": batch_line([{**ONE, "url": "https://h/v1.0/x"}], [OK]),
    "unanswered": batch_line([ONE, {**ONE, "id": "2"}], [OK]),
    "stray": batch_line([ONE], [OK, {**OK, "id": "7"}]),
    "twice": batch_line([ONE, ONE], [OK]),
    "inner base64": batch_line([ONE], [
        {"id": "1", "status": 200, "headers": {}, "body": "{}"}]),
}


@needs_node
def test_judge_passes_right_ones():
    status, said = graph.judge("".join(GOOD))
    assert (status, said["complaints"]) == (0, [])
    assert said["checked"] == len(GOOD) and said["inner"] == 2


@needs_node
def test_judge_fails_each_wrong_one():
    status, said = graph.judge("".join(BAD.values()))
    assert status == 1
    found = {number for number, _, _ in said["complaints"]}
    missed = [name for n, name in enumerate(BAD, 1) if n not in found]
    assert not missed


# --- folders ------------------------------------------------------------------

def test_folders(scene):
    g = scene.anna
    scene.sim.commands(
        f"folder {ANNA} Inbox/Deep/Deeper\nfolder {ANNA} Secret hidden=1\n"
        f"generate {ANNA} @inbox 3 500\n")
    all_ = g.get(f"{U}/mailFolders?$top=100").value
    names = [f["displayName"] for f in all_]
    assert "Inbox" in names and "Secret" not in names
    assert not {"Calendar", "Contacts", "Tasks", "Notes", "Journal"} & set(names)
    hidden = g.get(f"{U}/mailFolders?$top=100&includeHiddenFolders=true").value
    assert [f["displayName"] for f in hidden if f["isHidden"]] == [
        "Conversation Action Settings", "Secret"]
    # by pages
    paged, url = [], f"{U}/mailFolders?$top=4&$select=displayName"
    while url:
        page = g.get(url)
        assert len(page.value) <= 4
        paged += [f["displayName"] for f in page.value]
        url = page.json.get("@odata.nextLink")
    assert paged == names
    # well-known names, ids, what is below
    inbox = g.get(INBOX).json
    assert (inbox["totalItemCount"], inbox["unreadItemCount"],
            inbox["childFolderCount"]) == (3, 2, 1)
    assert g.get(f"{U}/mailFolders/{inbox['id']}").json == inbox
    deep = g.get(f"{INBOX}/childFolders").value
    assert [f["displayName"] for f in deep] == ["Deep"]
    assert deep[0]["parentFolderId"] == inbox["id"]
    root = g.get(f"{U}/mailFolders/msgfolderroot").json
    assert inbox["parentFolderId"] == root["id"]
    assert "wellKnownName" not in inbox
    assert g.get(f"{U}/mailFolders/archive").status == 404
    assert g.get(f"{B}/mailFolders/{inbox['id']}").code == "ErrorItemNotFound"
    assert g.get(f"{U}/mailFolders/nonsense").code == "ErrorInvalidIdMalformed"
    wrong = scene.wrong(f"{U}/mailFolders?$select=wellKnownName")
    assert wrong.status == 400 and "wellKnownName" in wrong.bytes.decode()


def test_folder_delta(scene):
    g = scene.anna
    url = f"{U}/mailFolders/delta?$select=displayName,parentFolderId"
    g.prefer = "odata.maxpagesize=3"
    rows, link = g.rounds(url)
    listed = g.get(f"{U}/mailFolders?$top=100&$select=displayName").value
    assert {r["displayName"] for r in rows} >= {
        f["displayName"] for f in listed}
    scene.sim.commands(f"folder {ANNA} Inbox/New\nfolder {ANNA} Gone\n")
    rows, link = g.rounds(link)
    assert {r["displayName"] for r in rows} == {"New", "Gone"}
    gone = next(r["id"] for r in rows if r["displayName"] == "Gone")
    scene.sim.commands(
        f"rename {ANNA} Inbox/New Newer\nrmfolder {ANNA} Gone\n"
        f"generate {ANNA} @inbox 2 500\n")
    rows, link = g.rounds(link)
    assert [r.get("displayName") for r in rows] == ["Newer", None]
    assert rows[1] == {"@odata.type": "#microsoft.graph.mailFolder",
                       "id": gone, "@removed": {"reason": "deleted"}}
    assert g.rounds(link)[0] == []
    assert scene.wrong(f"{U}/mailFolders/delta?$top=5").status == 400
    assert g.get(link.replace("users/anna", "users/bert")).status == 400
    scene.sim.command(f"expire {ANNA}")
    assert g.get(link).status == 410


# --- messages -----------------------------------------------------------------

def enc(text):
    return urllib.parse.quote(text)


def test_lists(scene):
    g = scene.anna
    scene.sim.command(
        f"generate {ANNA} @inbox 25 500 start=2026-01-01 step=3600")
    held = scene.sim.dump(ANNA)
    rows = g.get(f"{INBOX}/messages").value
    assert len(rows) == 10      # the default
    assert subjects(rows) == [m["subject"] for m in held[::-1][:10]]
    since = enc("receivedDateTime ge 2026-01-01T20:00:00Z")
    rows = g.get(f"{INBOX}/messages?$filter={since}&$top=50&$count=true"
                 "&$orderby=receivedDateTime&$select=receivedDateTime")
    assert rows.json["@odata.count"] == 5
    assert [r["receivedDateTime"][11:13] for r in rows.value] == [
        "20", "21", "22", "23", "00"]
    assert g.get(f"{INBOX}/messages?$filter={enc('isRead eq true')}"
                 "&$top=50&$select=id").json["value"][12:] == []
    one = held[7]["message_id"]
    found = g.get(f"{U}/messages?$filter="
                  + enc(f"internetMessageId eq '{one}'")).value
    assert [m["internetMessageId"] for m in found] == [one]
    # pages by position
    seen, url = [], f"{INBOX}/messages?$top=10&$select=id"
    while url:
        page = g.get(url)
        seen += [m["id"] for m in page.value]
        url = page.json.get("@odata.nextLink")
    assert len(set(seen)) == 25
    # $skip shifts when something comes
    first = g.get(f"{INBOX}/messages?$top=10&$select=id")
    scene.sim.command(f"generate {ANNA} @inbox 1 500 start=2026-03-01 seed=9")
    again = g.get(first.json["@odata.nextLink"])
    assert again.value[0]["id"] == first.value[-1]["id"]
    g.prefer = "odata.maxpagesize=7"
    answer = g.get(f"{INBOX}/messages?$select=id")
    assert len(answer.value) == 7
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=7"


@pytest.mark.parametrize("query,status,code", [
    ("$top=1001", 400, "BadRequest"),
    ("$top=0", 400, "BadRequest"),
    ("$select=nonsense", 400, "BadRequest"),
    ("$nonsense=1", 400, "BadRequest"),
    ("$top=1&$top=2", 400, "BadRequest"),
    ("$search=a", 400, "BadRequest"),
    ("$expand=extensions", 501, "NotImplemented"),
    ("$filter=" + enc("contains(subject,'a')"), 501, "NotImplemented"),
    ("$filter=" + enc("isRead eq false or isRead eq true"), 501,
     "NotImplemented"),
    ("$filter=" + enc("isRead eq false") + "&$orderby=receivedDateTime", 400,
     "InefficientFilter"),
])
def test_lists_refuse(scene, query, status, code):
    answer = scene.wrong(f"{INBOX}/messages?{query}")
    assert (answer.status, answer.code) == (status, code)


def test_one_message(scene):
    g = scene.anna
    scene.load(MIXED, more="reference=doc,https://files.example/doc")
    whole = g.get(f"{INBOX}/messages").value[0]
    at = f"{U}/messages/{whole['id']}"
    assert whole["subject"] == "mixed \u00fc"
    assert whole["from"] == {"emailAddress": {
        "name": "Zo\u00eb", "address": "zoe@else.example"}}
    assert whole["body"]["contentType"] == "html"
    assert "a &lt; b" in whole["body"]["content"]
    assert "internetMessageHeaders" not in whole and "uniqueBody" not in whole
    text = g.get(at, Prefer='outlook.body-content-type="text"')
    assert text.json["body"] == {"contentType": "text", "content": "a < b"}
    assert "body-content-type" in text.headers["Preference-Applied"]
    some = g.get(f"{at}?$select=internetMessageHeaders,uniqueBody").json
    assert {h["name"] for h in some["internetMessageHeaders"]} >= {
        "From", "Message-ID"}
    assert set(some) == {"@odata.context", "@odata.etag", "id",
                         "internetMessageHeaders", "uniqueBody"}
    with open(os.path.join(scene.directory, "one.eml"), "rb") as f:
        mime = f.read()
    answer = g.get(f"{at}/$value")
    assert answer.bytes == mime
    assert answer.headers["Content-Type"].startswith("text/plain")
    # properties of the store; leading zeros go
    asked = enc("singleValueExtendedProperties($filter=id eq 'String 0x007D'"
                " or id eq 'String 0x1035' or id eq 'String 0x0FFF')")
    some = g.get(f"{at}?$select=id&$expand={asked}").json
    props = {p["id"]: p["value"]
             for p in some["singleValueExtendedProperties"]}
    assert props["String 0x1035"] == "<mixed@else.example>"
    assert props["String 0x7d"].startswith("From: ")
    assert len(props) == 2
    assert scene.wrong(f"{at}?$expand=" + enc(
        "singleValueExtendedProperties($filter=id eq 'Nonsense 1')")
                       ).status == 400


def test_attachments(scene):
    g = scene.anna
    scene.load(MIXED, more="reference=doc,https://files.example/doc")
    at = f"{U}/messages/{g.get(f'{INBOX}/messages?$select=id').value[0]['id']}"
    rows = g.get(f"{at}/attachments").value
    kinds = [r["@odata.type"].rsplit(".", 1)[1] for r in rows]
    assert kinds == ["fileAttachment", "itemAttachment", "referenceAttachment"]
    assert base64.b64decode(rows[0]["contentBytes"]) == b"\0\1\2\3\xff"
    some = g.get(f"{at}/attachments?$select=id,name,size").value
    assert all("contentBytes" not in r for r in some)
    file_, item, ref = (f"{at}/attachments/{r['id']}" for r in rows)
    answer = g.get(f"{file_}/$value")
    assert answer.bytes == b"\0\1\2\3\xff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert g.get(file_).json["name"] == "a.pdf"
    assert b"the inner one" in g.get(f"{item}/$value").bytes
    inner = g.get(f"{item}?$expand=microsoft.graph.itemattachment/item").json
    assert inner["item"]["subject"] == "inside"
    assert g.get(f"{ref}/$value").status == 405
    assert g.get(f"{at}/attachments/{rows[0]['id'][:-6]}AAAAA=").status == 400
    scene.load(MIXED)
    other = g.get(f"{INBOX}/messages?$select=id").value[0]["id"]
    assert f"{U}/messages/{other}" != at
    assert g.get(f"{U}/messages/{other}/attachments/{rows[0]['id']}"
                 ).status == 404


INVITE = """\
From: Zoe <zoe@else.example>
To: anna@contoso.example
Subject: lunch
Date: Thu, 01 Jan 2026 10:00:00 +0000
Message-ID: <{method}@else.example>
MIME-Version: 1.0
Content-Type: text/calendar; method={method}; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//EN
METHOD:{method}
BEGIN:VEVENT
UID:u1
DTSTAMP:20260101T100000Z
DTSTART:20260102T100000Z
DTEND:20260102T110000Z
SUMMARY:lunch
ORGANIZER:mailto:zoe@else.example
ATTENDEE;PARTSTAT=DECLINED:mailto:anna@contoso.example
END:VEVENT
END:VCALENDAR
"""


def test_meetings_are_messages_of_another_type(scene):
    g = scene.anna
    for method, kind, what in (
            ("REQUEST", "eventMessageRequest", "meetingRequest"),
            ("CANCEL", "eventMessage", "meetingCancelled"),
            ("REPLY", "eventMessageResponse", "meetingDeclined")):
        scene.load(INVITE.format(method=method), f"{ANNA} {method}")
        where = f"{U}/mailFolders/{folder_id(g, method)}/messages"
        for row in (g.get(where).value[0], g.rounds(where + "/delta")[0][0]):
            assert row["@odata.type"] == f"#microsoft.graph.{kind}"
            assert row["meetingMessageType"] == what
        cast = g.get(f"{where}?$select=subject,microsoft.graph.eventMessage/"
                     "meetingMessageType").value[0]
        assert cast["meetingMessageType"] == what
        assert "isRead" not in cast


def test_ids(scene):
    g = scene.anna
    scene.sim.commands(
        f"generate {ANNA} @inbox 20 500\nfolder {ANNA} Inbox/B\n"
        f"archive {ANNA}\n")
    url = f"{INBOX}/messages?$select=subject&$top=20"
    plain = [m["id"] for m in g.get(url).value]
    answer = g.get(url, Prefer=graph.IMMUTABLE)
    lasting = [m["id"] for m in answer.value]
    assert answer.headers["Preference-Applied"] == 'IdType="ImmutableId"'
    assert not set(plain) & set(lasting)
    # who compares them without case takes them for one
    assert len({i.lower() for i in plain}) < 20
    assert all(g.get(f"{U}/messages/{i}?$select=id").json["id"] == p
               for i, p in zip(lasting[:3], plain[:3]))
    scene.sim.command(f"move {ANNA} nth:@inbox:19 Inbox/B")
    assert g.get(f"{U}/messages/{plain[0]}").code == "ErrorItemNotFound"
    moved = g.get(f"{U}/messages/{lasting[0]}?$select=parentFolderId",
                  Prefer=graph.IMMUTABLE).json
    assert moved["id"] == lasting[0]
    below = g.get(f"{INBOX}/childFolders").value[0]["id"]
    assert moved["parentFolderId"] == below
    # purged, and still read by who has the lasting id
    scene.sim.command(f"move {ANNA} nth:@inbox:18 @recoverableitemspurges")
    purged = g.get(f"{U}/messages/{lasting[1]}?$select=parentFolderId")
    assert purged.status == 200
    scene.sim.command(f"move {ANNA} nth:@inbox:17 @archiveinbox")
    assert g.get(f"{U}/messages/{lasting[2]}").status == 404
    scene.sim.command(f"copy {ANNA} nth:@inbox:16 Inbox/B")
    copies = g.get(f"{INBOX}/childFolders").value[0]
    assert copies["totalItemCount"] == 2
    assert g.get(f"{U}/messages/{lasting[3]}?$select=parentFolderId"
                 ).json["parentFolderId"] != below
    assert g.get(f"{B}/messages/{lasting[4]}").status == 404
    scene.sim.command("option graph_immutable=off")
    answer = g.get(url, Prefer=graph.IMMUTABLE)
    assert "Preference-Applied" not in answer.headers
    assert answer.value[0]["id"] in plain


def every(client, url):
    rows = []
    while url:
        page = client.get(url)
        assert page.status == 200, page.bytes
        rows += page.value
        url = page.json.get("@odata.nextLink")
    return rows


@pytest.mark.skipif(not os.path.isdir(exsim.MAIL), reason="needs ../shared")
def test_all_sorts_of_mail(scene):
    """The same world as dump tells of, which is what EWS shows."""
    g = scene.anna
    scene.sim.command(f"maildir {ANNA} Sorts {exsim.MAIL} step=60")
    scene.sim.command("option graph_budget=0")
    where = f"{U}/mailFolders/{folder_id(g, 'Sorts')}/messages"
    held = scene.sim.dump(ANNA)
    rows = every(g, f"{where}?$top=50&$expand=attachments"
                    "&$orderby=receivedDateTime")
    g.prefer = "odata.maxpagesize=100"
    delta, _ = g.rounds(f"{where}/delta?$select=internetMessageId,subject")
    assert len(rows) == len(held) == len(delta) > 50
    assert {m["id"] for m in rows} == {m["id"] for m in delta}
    for m, h in zip(rows, held):
        assert m["subject"] == h["subject"]
        assert m["internetMessageId"] == h["message_id"]
        assert m["receivedDateTime"] == h["received"]
        assert len(m["attachments"]) == len(h["attachments"])
        for a, b in zip(m["attachments"], h["attachments"]):
            if b["kind"] == "file":
                data = base64.b64decode(a["contentBytes"])
                assert hashlib.sha256(data).hexdigest() == b["sha256"]
                assert (a["name"], a["isInline"]) == (b["name"], b["inline"])
    for m, h in list(zip(rows, held))[::7]:
        mime = g.get(f"{U}/messages/{m['id']}/$value").bytes
        assert hashlib.sha256(mime).hexdigest() == h["mime_sha256"]
        whole = g.get(f"{U}/messages/{m['id']}?$select=internetMessageHeaders,"
                      "uniqueBody,body,toRecipients,flag,conversationIndex")
        assert whole.status == 200
        for a in m["attachments"]:
            one = g.get(f"{U}/messages/{m['id']}/attachments/{a['id']}"
                        "?$expand=microsoft.graph.itemattachment/item")
            assert one.status == 200 and one.json["name"] == a["name"]


# --- messages/delta -------------------------------------------------------------

def start(scene, count=6, url=DELTA, prefer=graph.IMMUTABLE):
    scene.sim.commands(
        f"generate {ANNA} @inbox {count} 500 start=2026-01-01 step=3600\n"
        f"folder {ANNA} B\n")
    scene.anna.prefer = prefer
    return scene.anna.rounds(url)


def test_delta(scene):
    g = scene.anna
    rows, link = start(scene, 25, prefer=graph.IMMUTABLE
                       + ", odata.maxpagesize=10")
    assert len({r["id"] for r in rows}) == 25
    assert all("@odata.etag" in r for r in rows)
    ids = [r["id"] for r in rows][::-1]
    assert g.rounds(link)[0] == []
    scene.sim.commands(
        f"read {ANNA} nth:@inbox:0 0\nread {ANNA} nth:@inbox:1 0\n"
        f"touch {ANNA} nth:@inbox:2\ndelete {ANNA} nth:@inbox:3\n"
        f"move {ANNA} nth:@inbox:3 B\n"
        f"generate {ANNA} @inbox 1 500 seed=7 start=2026-02-01\n")
    rows, later = g.rounds(link)
    by = {r["id"]: r for r in rows}
    gone = {r["id"] for r in rows if "@removed" in r}
    assert gone == {ids[3], ids[4]}
    sparse = [r for r in rows if "@odata.etag" not in r
              and "@removed" not in r]
    assert len(sparse) == 1 and "subject" not in sparse[0]
    assert set(sparse[0]) == {"@odata.type", "id", "isRead", "parentFolderId"}
    assert "subject" in by[ids[2]]
    assert len(rows) == 5
    # the same question, the same answer
    assert g.rounds(link)[0] == rows
    assert g.rounds(later)[0] == []
    moved, _ = g.rounds(
        f"{U}/mailFolders/{folder_id(g, 'B')}/messages/delta?$select=subject")
    assert [r["id"] for r in moved] == [ids[4]]


def folder_id(client, name):
    return next(f["id"] for f in client.get(
        f"{U}/mailFolders?$top=100").value if f["displayName"] == name)


def there_and_back(scene):
    scene.sim.commands(f"move {ANNA} nth:@inbox:2 B\n"
                       f"move {ANNA} nth:B:0 @inbox\n")


def test_delta_loses_what_came_back(scene):
    rows, link = start(scene)
    there_and_back(scene)
    lost, link = scene.anna.rounds(link)
    assert ["@removed" in r for r in lost] == [True]
    assert lost[0]["id"] == rows[3]["id"]
    assert scene.anna.rounds(link)[0] == []
    # it is still there
    at = f"{U}/messages/{lost[0]['id']}?$select=parentFolderId"
    assert scene.anna.get(at).status == 200
    # a change makes it known again
    scene.sim.command(f"touch {ANNA} nth:@inbox:2")
    assert [r["id"] for r in scene.anna.rounds(link)[0]] == [lost[0]["id"]]


def test_delta_tells_what_came_back(scene):
    scene.sim.command("option graph_return=told")
    _, link = start(scene)
    there_and_back(scene)
    rows, _ = scene.anna.rounds(link)
    assert ["@removed" in r for r in rows] == [True, False]
    assert rows[0]["id"] == rows[1]["id"]


def test_delta_of_plain_ids(scene):
    _, link = start(scene, prefer=None)
    there_and_back(scene)
    rows, _ = scene.anna.rounds(link)
    assert ["@removed" in r for r in rows] == [True, False]
    assert rows[0]["id"] != rows[1]["id"]


def test_delta_options(scene):
    g = scene.anna
    _, link = start(scene)
    scene.sim.commands(
        "option graph_sparse=off graph_twice=on graph_removed=changed\n"
        f"move {ANNA} nth:@inbox:5 B\n")
    rows, link = g.rounds(link)
    assert rows[0]["@removed"] == {"reason": "changed"}
    scene.sim.commands(f"move {ANNA} nth:B:0 @inbox\n"
                       f"read {ANNA} nth:@inbox:0 0\n"
                       f"read {ANNA} nth:@inbox:0 1\n")
    rows, link = g.rounds(link)
    assert len(rows) == 3 and rows[0] == rows[1]
    assert all("@odata.etag" in r for r in rows)
    for kind, n in (("created", 6), ("updated", 0), ("deleted", 0)):
        assert len(g.rounds(f"{DELTA}&changeType={kind}")[0]) == n, kind
    rows, _ = g.rounds(DELTA + "&$expand=" + enc(
        "singleValueExtendedProperties($filter=id eq 'String 0x1035')"))
    assert all(r["singleValueExtendedProperties"] for r in rows)
    rows, _ = g.rounds(f"{INBOX}/messages/delta?$select=body")
    assert all(r["body"]["content"] for r in rows)
    asked = f"{INBOX}/messages/delta?$select=internetMessageHeaders"
    assert all("internetMessageHeaders" not in r for r in g.rounds(asked)[0])
    scene.sim.command("option graph_delta_headers=on")
    assert all("internetMessageHeaders" in r for r in g.rounds(asked)[0])


def test_delta_with_filter(scene):
    g = scene.anna
    scene.sim.command("option graph_cap=3")
    since = enc("receivedDateTime ge 2026-01-01T01:00:00Z")
    rows, link = start(scene, url=f"{DELTA}&$filter={since}")
    assert len(rows) == 3       # of five, and nothing says so
    scene.sim.command(f"read {ANNA} nth:@inbox:1 0")
    assert len(g.rounds(link)[0]) == 1
    assert len(g.rounds(DELTA)[0]) == 6
    assert len(g.rounds(f"{DELTA}&$filter={since}&$orderby="
                        + enc("receivedDateTime desc"))[0]) == 3
    for bad in ("$orderby=receivedDateTime", "$filter=" + enc(
            "receivedDateTime lt 2026-01-01T00:00:00Z"), "$search=a",
                "$top=5", "$count=true",
                "$filter=" + enc("isRead eq true"), "changeType=other"):
        assert scene.wrong(f"{DELTA}&{bad}").status == 400, bad
    assert scene.wrong(f"{U}/messages/delta").status == 400
    scene.sim.command("option graph_top=stops")
    rows, link = g.rounds(f"{DELTA}&$top=2")
    assert len(rows) == 2       # and nothing says so either
    assert g.rounds(link)[0] == []


def test_delta_links(scene):
    g = scene.anna
    _, link = start(scene, prefer="odata.maxpagesize=2")
    page = g.get(DELTA)
    skip = page.json["@odata.nextLink"]
    assert "@odata.deltaLink" not in page.json
    assert scene.wrong(link + "&$select=id").status == 400
    assert scene.wrong(link[:-3] + "abc").status == 400
    assert g.get(skip.replace("skiptoken", "deltatoken")).status == 400
    assert g.get(f"{U}/mailFolders/drafts/messages/delta?"
                 + link.split("?")[1]).status == 400
    assert g.get(f"{INBOX}/messages/delta?$deltatoken=latest").status == 400
    # the first page goes on though things change meanwhile
    scene.sim.commands(f"delete {ANNA} nth:@inbox:5\n"
                       f"delete {ANNA} nth:@inbox:0\n")
    rows, _ = g.rounds(skip)
    assert len(rows) == 4 and sum("@removed" in r for r in rows) == 1
    # only the last links are good
    scene.sim.command("option graph_tokens=2")
    g.get(DELTA)
    g.get(DELTA)
    g.get(DELTA)
    assert g.get(skip).status == 410


FORMS = {"gone": (410, "SyncStateNotFound"), "bare": (410, None),
         "location": (410, "resyncRequired"), "resync": (410, "resyncRequired"),
         "404": (404, "syncStateNotFound"), "400": (400, "SyncStateNotFound"),
         "malformed": (400, "ErrorInvalidIdMalformed")}


@pytest.mark.parametrize("form", FORMS)
def test_delta_expires(scene, form):
    g = scene.anna
    _, link = start(scene)
    scene.sim.command(f"graphfault op=message.delta do=expire as={form}")
    answer = g.get(link)
    assert answer.status == FORMS[form][0]
    if FORMS[form][1] is None:
        assert answer.bytes == b"" and "Content-Type" not in answer.headers
    else:
        assert answer.code == FORMS[form][1]
    assert ("Location" in answer.headers) == (form == "location")
    if form == "location":
        rows, _ = g.rounds(answer.headers["Location"])
        assert len(rows) == 6 and "subject" in rows[0]
    assert g.get(link).status == 200        # the fault met once
    scene.sim.commands(f"option graph_expiry={form}\nexpire {ANNA}\n")
    assert g.get(link).status == FORMS[form][0]


class Follower:
    """A client that follows three folders as it must: rows are merged, one
    without an ETag is part of one, and a removal is a question."""

    def __init__(self, client, folders):
        self.client = client
        self.folders = folders          # id: path
        self.link = dict.fromkeys(folders)
        self.held = {}                  # id: {folder, isRead, mid}
        self.resyncs = self.questions = 0

    def fetch(self, id_):
        answer = self.client.get(
            f"{U}/messages/{id_}?$select=internetMessageId,isRead,"
            "parentFolderId")
        if answer.status == 404:
            self.held.pop(id_, None)
            return
        row = answer.json
        if row["parentFolderId"] in self.folders:
            self.held[id_] = {"folder": row["parentFolderId"],
                              "isRead": row["isRead"],
                              "mid": row["internetMessageId"]}
        else:
            self.held.pop(id_, None)

    def row(self, folder, row, seen):
        id_ = row["id"]
        if "@removed" in row:
            if self.held.get(id_, {}).get("folder") == folder:
                del self.held[id_]
            self.questions += 1
            self.fetch(id_)
        elif "@odata.etag" not in row and id_ in self.held:
            self.held[id_]["isRead"] = row["isRead"]
        elif "@odata.etag" not in row:
            self.fetch(id_)
        else:
            self.held[id_] = {"folder": folder, "isRead": row["isRead"],
                              "mid": row["internetMessageId"]}
        if "@removed" not in row:
            seen.add(id_)

    def round(self, folder, between=lambda: None):
        url = self.link[folder]
        seen, fresh = set(), url is None
        if fresh:
            url = (f"{U}/mailFolders/{folder}/messages/delta"
                   "?$select=internetMessageId,isRead,parentFolderId")
        for _ in range(1000):
            answer = self.client.get(url)
            if answer.status != 200:
                assert not fresh and answer.status in (400, 404, 410)
                self.link[folder] = None
                self.resyncs += 1
                return self.round(folder, between)
            for row in answer.value:
                self.row(folder, row, seen)
            between()
            if "@odata.deltaLink" in answer.json:
                break
            url = answer.json["@odata.nextLink"]
        self.link[folder] = answer.json["@odata.deltaLink"]
        if fresh:       # what was not told of is there no more, or elsewhere
            for id_ in [i for i, m in self.held.items()
                        if m["folder"] == folder and i not in seen]:
                self.fetch(id_)
        return None

    def view(self):
        return sorted((m["mid"], self.folders[m["folder"]], m["isRead"])
                      for m in self.held.values())


@pytest.mark.parametrize("prefer", [graph.IMMUTABLE, "odata.x=1"])
@pytest.mark.parametrize("options", [
    "graph_sparse=on", "graph_twice=on graph_expiry=400",
    "graph_return=told graph_sparse=off graph_expiry=malformed"])
def test_who_follows_the_rules_ends_right(scene, prefer, options):
    """Whatever happens between and within rounds, a client that does what is
    documented holds in the end what dump tells of."""
    dice = random.Random(options + prefer)
    paths = ("Inbox", "B", "C")
    scene.sim.commands(f"option {options}\noption graph_budget=0\n"
                       f"folder {ANNA} B\nfolder {ANNA} C\n")
    g = scene.anna
    g.prefer = prefer + ", odata.maxpagesize=3"
    client = Follower(g, {folder_id(g, p): p for p in paths})
    made = [0]

    def happen():
        held = [m for m in scene.sim.dump(ANNA) if m["folder"] in paths]
        what = dice.choice(["new", "new", "delete", "move", "back", "read",
                            "read", "touch"])
        if what == "new" or len(held) < 4:
            made[0] += 1
            scene.sim.command(
                f"generate {ANNA} {dice.choice(paths)} 2 300 seed={made[0]}"
                f" start=2026-01-{dice.randint(1, 28):02}")
            return
        one = dice.choice(held)
        mid = f"{ANNA} mid:{one['message_id']}"
        to = dice.choice(paths)
        scene.sim.commands({
            "delete": f"delete {mid}\n", "touch": f"touch {mid}\n",
            "move": f"move {mid} {to}\n",
            "back": f"move {mid} {to}\nmove {mid} {one['folder']}\n",
            "read": f"read {mid} {int(not one['read'])}\n"}[what])

    for step in range(60):
        if step in (20, 40):
            scene.sim.command(f"expire {ANNA}")
        for _ in range(dice.randint(0, 3)):
            happen()
        client.round(dice.choice(list(client.folders)),
                     lambda: dice.random() < 0.3 and happen())
    for _ in range(2):
        for folder in client.folders:
            client.round(folder)
    assert client.view() == sorted(
        (m["message_id"], m["folder"], m["read"])
        for m in scene.sim.dump(ANNA) if m["folder"] in paths)
    assert client.resyncs >= 3 and client.questions > 10


# --- $batch ---------------------------------------------------------------------

def test_batch(scene):
    g = scene.anna
    scene.sim.command(f"generate {ANNA} @inbox 4 500")
    ids = [m["id"] for m in g.get(f"{INBOX}/messages?$select=id").value]
    _, link = g.rounds(DELTA)
    by, answer = g.batch(
        f"/users/{ANNA}/messages/{ids[0]}?$select=subject",
        f"users/{ANNA}/messages/{ids[1]}/$value",
        f"/users/{ANNA}/messages/{ids[0][:-5]}aaaa=",
        f"/users/{BERT}/mailFolders/inbox",
        link[link.index("/v1.0") + 5:], headers={"Prefer": graph.IMMUTABLE})
    assert answer.status == 200
    assert [r["id"] for r in answer.json["responses"]] == [
        "4", "3", "2", "1", "0"]
    assert by["0"]["body"]["subject"]
    assert by["0"]["headers"]["Preference-Applied"] == graph.IMMUTABLE
    assert base64.b64decode(by["1"]["body"]).startswith(b"Received:")
    assert by["2"]["status"] in (400, 404)
    assert by["3"]["body"]["totalItemCount"] == 0
    assert "@odata.deltaLink" in by["4"]["body"]
    scene.sim.command("option graph_batch=ordered")
    _, answer = g.batch(*[f"/users/{ANNA}/mailFolders/inbox"] * 20)
    assert [r["id"] for r in answer.json["responses"]] == [
        str(i) for i in range(20)]
    log = [x for x in scene.sim.log() if x.get("graph")]
    assert sum(x["batch"] for x in log) == 25
    ops = scene.sim.stats()["ops"]
    assert ops["batch"] == 2 and ops["folder.get"] == 21


def test_batch_refuses(scene):
    g = scene.anna
    inbox = f"/users/{ANNA}/mailFolders/inbox"
    _, answer = g.batch(*[inbox] * 21)
    assert answer.status == 400
    _, answer = g.batch(inbox, inbox, more={0: {"id": "a"}, 1: {"id": "A"}})
    assert answer.status == 400
    for bad in ({"requests": []}, {"requests": 5}, {}, {"requests": [{}]}):
        assert g.post("/v1.0/$batch", bad).status == 400, bad
    assert g.get("/v1.0/$batch", client_request_id=MEANT_WRONG).status == 405
    by, _ = g.batch(f"/users/{ANNA}/mailFolders/nonsense", inbox, inbox, more={
        1: {"dependsOn": ["0"]}, 2: {"dependsOn": ["1"]}})
    assert [by[i]["status"] for i in "012"] == [400, 424, 424]
    by, _ = g.batch(inbox, inbox, more={1: {"dependsOn": ["0"]}})
    assert [by[i]["status"] for i in "01"] == [200, 200]
    _, answer = g.batch(inbox, inbox, more={0: {"dependsOn": ["1"]}})
    assert answer.status == 400
    scene.sim.commands(
        "graphfault op=folder.get after=1 do=error status=429"
        " code=ApplicationThrottled retry_after=2.128\n")
    by, _ = g.batch(inbox, inbox, inbox)
    assert [by[i]["status"] for i in "012"] == [200, 429, 200]
    assert by["1"]["headers"]["Retry-After"] == "2.128"
    scene.sim.command("graphfault op=batch do=missing")
    by, _ = g.batch(inbox, inbox, inbox)
    assert len(by) == 2


# --- throttling -----------------------------------------------------------------

def test_concurrency(scene):
    """Four of one application in one mailbox, until their answers were
    sent."""
    scene.sim.command("graphfault op=folder.list do=slow bps=10 times=2")
    slow = [scene.client() for _ in range(2)]
    for c in slow:
        c.send("GET", f"{U}/mailFolders")
    for _ in range(100000):     # until both have begun
        if scene.sim.stats()["ops"].get("folder.list") == 2:
            break
    by, _ = scene.anna.batch(*[f"/users/{ANNA}/mailFolders/inbox"] * 8)
    assert [by[str(i)]["status"] for i in range(8)] == [
        200, 200, 429, 429] * 2
    assert by["2"]["body"]["error"]["code"] == "ApplicationThrottled"
    assert by["2"]["headers"]["Retry-After"] == "1"
    # wholly chained ones run one after the other
    by, _ = scene.anna.batch(
        *[f"/users/{ANNA}/mailFolders/inbox"] * 4,
        more={i: {"dependsOn": [str(i - 1)]} for i in (1, 2, 3)})
    assert [by[str(i)]["status"] for i in range(4)] == [200] * 4
    scene.sim.command("option graph_concurrency=2 graph_retry_after=none")
    answer = scene.anna.get(INBOX)
    assert (answer.status, answer.code) == (429, "ApplicationThrottled")
    assert "Retry-After" not in answer.headers
    assert scene.anna.get(f"{B}/mailFolders/inbox").status == 200
    assert scene.client("basic").get(INBOX).status == 200
    for c in slow:      # whose answers are lost with their connections
        c.close()
    for _ in range(1000):
        if scene.anna.get(INBOX).status == 200:
            break
        for _ in range(50):
            scene.sim.stats()
    assert scene.anna.get(INBOX).status == 200


def test_budget(scene):
    scene.sim.commands("option now=2026-05-05T10:00:00\n"
                       "option graph_budget=3 graph_budget_seconds=600\n")
    g = scene.client()
    assert [g.get(INBOX).status for _ in range(2)] == [200, 200]
    by, _ = g.batch(*[f"/users/{ANNA}/mailFolders/inbox"] * 2)
    assert [by[i]["status"] for i in "01"] == [200, 429]
    scene.sim.command("option now=2026-05-05T10:01:00")
    answer = g.get(INBOX)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "540")
    assert g.get(f"{B}/mailFolders/inbox").status == 200
    scene.sim.command("option now=2026-05-05T10:10:00")
    assert g.get(INBOX).status == 200


# --- faults ---------------------------------------------------------------------

def test_faults_of_any_request(scene):
    g = scene.anna

    def fault(words, path=INBOX):
        scene.sim.command(f"graphfault {words}")
        return g.get(path)

    answer = fault("do=error status=503 code=ServiceNotAvailable")
    assert (answer.status, answer.code) == (503, "ServiceNotAvailable")
    assert "Retry-After" not in answer.headers
    answer = fault("do=error status=503 code=X retry_after=7 op=folder.get")
    assert answer.headers["Retry-After"] == "7"
    answer = fault("do=http status=504 body=late")
    assert (answer.status, answer.bytes) == (504, b"late")
    assert b"<html>" in fault("do=html").bytes
    assert fault("do=redirect to=https://else.example/").headers[
        "Location"] == "https://else.example/"
    assert "simUnknown" in fault("do=strange").json
    scene.sim.command("graphfault do=deep n=3")
    assert g.get(INBOX).json["simUnknown"][0][0]
    scene.sim.command("graphfault do=broken at=9")
    with pytest.raises(ValueError):
        g.get(INBOX)
    for what in ("truncate", "reset"):
        scene.sim.command(f"graphfault do={what} at=5")
        with pytest.raises(Exception):
            g.get(INBOX)
        g.close()
    assert fault("do=slow bps=100000").status == 200
    scene.sim.command(f"graphfault mailbox={BERT} times=always do=error")
    assert g.get(INBOX).status == 200
    assert g.get(f"{B}/mailFolders/inbox").status == 500
    scene.sim.command("nofault")
    assert g.get(f"{B}/mailFolders/inbox").status == 200
    answer = fault(f'do=pass then="generate {ANNA} @inbox 1 500"')
    assert answer.json["totalItemCount"] == 0
    assert g.get(INBOX).json["totalItemCount"] == 1


def test_faults_of_lists(scene):
    g = scene.anna
    rows, link = start(scene, prefer="odata.maxpagesize=2")

    def fault(words, path=DELTA):
        scene.sim.command(f"graphfault {words}")
        return g.get(path).json

    assert fault("do=null")["value"] is None
    assert "id" not in fault("do=noid")["value"][0]
    assert fault("do=noid", f"{U}/mailFolders")["value"][0].get("id") is None
    assert fault("do=foreign to=https://evil.example")[
        "@odata.nextLink"].startswith("https://evil.example/v1.0/")
    empty = fault("do=empty")
    assert empty["value"] == [] and "@odata.nextLink" in empty
    assert len(g.rounds(empty["@odata.nextLink"])[0]) == 6
    stuck = fault("do=stuck")
    assert g.get(stuck["@odata.nextLink"]).value == stuck["value"]
    assert not [k for k in fault("do=nolink") if k.endswith("Link")]
    twice = fault("do=twice")["value"]
    assert len(twice) == 4 and twice[0] == twice[1]
    ghosts = fault("do=ghost", link)["value"]
    assert all("@removed" in r for r in ghosts) and len(ghosts) == 3
    assert len(fault("do=resend", link)["value"]) == 2
    # one item that the server cannot show
    scene.sim.command(
        f'graphfault "item=nth:@inbox:4" times=always do=error status=500'
        " code=ErrorMimeContentConversionFailed")
    assert g.get(DELTA).code == "ErrorMimeContentConversionFailed"
    assert g.get(f"{INBOX}/messages?$top=5").status == 500
    assert g.get(f"{INBOX}/messages?$top=1").status == 200
    ids = [m["id"] for m in g.get(f"{INBOX}/messages?$select=id&$top=6").value]
    assert [g.get(f"{U}/messages/{i}/$value").status for i in ids[:3]] == [
        200, 500, 200]
    assert g.get(f"{U}/messages/{ids[1]}").status == 500
    scene.sim.commands("nofault\ngraphfault item=nth:@inbox:4 do=hide\n")
    assert len(g.rounds(DELTA)[0]) == 5
    assert rows


# --- who may ----------------------------------------------------------------------

def test_permissions(scene):
    scene.load(MIXED)
    full = scene.anna.get(f"{INBOX}/messages").value[0]
    at = f"{U}/messages/{full['id']}"
    basic = scene.client("basic")
    row = basic.get(f"{INBOX}/messages").value[0]
    assert set(full) - set(row) == {"body", "bodyPreview"}
    for path in (f"{at}?$select=body", f"{at}/$value", f"{at}/attachments",
                 f"{at}?$expand=attachments", f"{at}?$expand=" + enc(
                     "singleValueExtendedProperties($filter="
                     "id eq 'String 0x007D')")):
        assert basic.get(path).code == "ErrorAccessDenied", path
    assert "internetMessageHeaders" not in basic.get(
        f"{at}?$select=internetMessageHeaders").json
    assert len(basic.rounds(DELTA)[0]) == 1
    assert basic.get(U).code == "Authorization_RequestDenied"
    assert scene.client("none").get(INBOX).code == "ErrorAccessDenied"
    assert scene.anna.get(U).json["displayName"] == "Anna"
    assert scene.anna.get("/v1.0/me/mailFolders").status == 400


def test_tokens(scene):
    endpoint = entra.Endpoint(scene.sim)
    ews = endpoint.post({
        "grant_type": "client_credentials", "client_id": "reader",
        "client_secret": "s", "scope": entra.EWS})[1]["access_token"]
    for token, text in ((ews, "audience"), ("x", "well formed"),
                        ("", "empty"), ("a.b.c", "validation")):
        answer = graph.Client(scene.sim, token).get(INBOX)
        assert (answer.status, answer.code) == (
            401, "InvalidAuthenticationToken"), token
        assert text in answer.json["error"]["message"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    answer = scene.anna.get(INBOX, client_request_id="1234")
    assert answer.headers["client-request-id"] == "1234"
    assert answer.headers["request-id"] and answer.headers["Date"]
    scene.sim.command("option now=2026-01-01T00:00:00")
    late = scene.client()
    scene.sim.command("option now=2026-01-01T02:00:00")
    assert "expired" in late.get(INBOX).json["error"]["message"]


def test_users(scene):
    """By device code: one's own mailbox, and those that are shared."""
    scene.sim.commands("app person public=1\noption device_interval=0\n")
    endpoint = entra.Endpoint(scene.sim)

    def token(scope):
        code = endpoint.post(
            {"client_id": "person", "scope": scope}, "devicecode")[1]
        scene.sim.command("approve last anna")
        return endpoint.post({
            "grant_type": entra.DEVICE, "client_id": "person",
            "device_code": code["device_code"]})[1]["access_token"]

    own = graph.Client(scene.sim, token(
        "https://graph.microsoft.com/Mail.Read"))
    assert own.get("/v1.0/me/mailFolders/inbox").status == 200
    assert own.get(INBOX).status == 200
    assert own.get(f"{B}/mailFolders/inbox").code == "ErrorAccessDenied"
    shared = graph.Client(scene.sim, token(
        "https://graph.microsoft.com/Mail.Read.Shared"))
    assert shared.get(f"{B}/mailFolders/inbox").status == 200


def test_answers_are_compressed_for_who_takes_it(scene):
    scene.sim.command(f"generate {ANNA} @inbox 5 900")
    g = scene.anna
    g.send("GET", f"{INBOX}/messages", headers={"Accept-Encoding": "gzip"})
    answer = g.connection.getresponse()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.read()))["value"]) == 5


def test_who_is_who(scene):
    g = scene.anna
    scene.sim.commands('person cora@contoso.example name=C dn=/o=x/cn=c\n')
    user = g.get(B).json
    assert g.get(f"/v1.0/users/{user['id']}/mailFolders/inbox").status == 200
    assert g.get("/v1.0/users/bb@contoso.example/mailFolders/inbox"
                 ).status == 200
    assert g.get("/v1.0/users/cora@contoso.example/mailFolders/inbox"
                 ).code == "MailboxNotEnabledForRESTAPI"
    assert g.get("/v1.0/users/nobody/mailFolders").code == "ErrorInvalidUser"
    assert g.get("/v1.0/users/nobody").code == "Request_ResourceNotFound"


# --- what it does not do ----------------------------------------------------------

def test_refuses(scene):
    g = scene.anna
    for path, status in (
            (f"{U}/events", 501), (f"{U}/contacts", 501),
            (f"{U}/mailFolders/inbox/childFolders/delta", 501),
            ("/v1.0/subscriptions", 501), ("/v1.0/users", 501),
            ("/v1.0/nonsense", 400), (f"{U}/nonsense", 400),
            (f"/beta/users/{ANNA}", 400), ("/v1.0", 400),
            (f"{U}/mailFolders/%zz", 400)):
        answer = scene.wrong(path)
        assert answer.status == status, path
        assert answer.code
    for method, path in (("POST", f"{U}/messages"),
                         ("PATCH", f"{U}/messages/1"),
                         ("DELETE", f"{U}/messages/1"),
                         ("POST", f"{U}/sendMail")):
        g.send(method, path, {}, {"client-request-id": MEANT_WRONG})
        assert g.receive().status == 501, (method, path)


def test_clouds(scene):
    g = scene.anna
    scene.sim.command("option graph_cloud=usgov")
    assert "isHidden" not in g.get(INBOX).json
    assert g.get(f"{U}/mailFolders?$select=isHidden").status == 400
    assert g.get(f"{INBOX}/messages?$select=conversationIndex").status == 400
    scene.sim.command("option graph_cloud=china")
    assert g.get(DELTA).status == 400
    assert g.get(f"{U}/mailFolders/delta").status == 400
    assert g.get(f"{INBOX}/messages?$select=flag").status == 400
    assert g.get(f"{INBOX}/messages?$select=id").status == 200


def test_marker_of_folders(scene):
    g = scene.anna
    url = f"{INBOX}?$expand=" + enc(
        "singleValueExtendedProperties($filter=id eq 'SystemTime 0x670A')")
    assert "singleValueExtendedProperties" not in g.get(url).json
    scene.sim.command("option graph_marker=on")
    before = g.get(url).json["singleValueExtendedProperties"]
    assert before[0]["id"] == "SystemTime 0x670a"
    scene.sim.command(f"generate {ANNA} @inbox 1 500")
    assert g.get(url).json["singleValueExtendedProperties"] != before


def test_unknown_options_are_refused(scene):
    for bad in ("graph_nonsense=1", "graph_cap=0", "graph_cap=x",
                "graph_sparse=maybe", "graph_expiry=never"):
        with pytest.raises(exsim.Error):
            scene.sim.command(f"option {bad}")
    for bad in ("do=nonsense", "times=1", "do=error nonsense=1", "do=error x"):
        with pytest.raises(exsim.Error):
            scene.sim.command(f"graphfault {bad}")


# --- all that was said --------------------------------------------------------------

@needs_node
def test_judge_passes_the_whole_run(request):
    """Last: it judges what the tests above said."""
    if not LOGS:
        pytest.skip("nothing was said")
    everything = len(request.session.items) > 50
    kept, inner = [], 0
    for text in LOGS:
        for row in text.splitlines():
            x = json.loads(row)
            if not x.get("graph"):
                continue
            inner += x["batch"]
            if x["batch"]:
                continue        # judged with its batch
            if x["client_request_id"] == MEANT_WRONG:
                assert x["status"] >= 400
            elif x["op"] != "batch" or x["status"] == 200:
                kept.append(row)
    assert not everything or (len(kept) > 100 and inner > 40)
    status, said = graph.judge("\n".join(kept) + "\n")
    assert status == 0, "\n".join(
        f"{url}: {text}" for _, url, text in said["complaints"])
    assert said["checked"] == len(kept)
    assert not everything or said["inner"] > 40
