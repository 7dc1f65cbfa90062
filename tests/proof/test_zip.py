"""The simulator's compressed answers: only for who takes gzip, and the same
answer as without. What breaks on purpose counts plain bytes."""

import gzip
import hashlib
import http.client
import os
import sys
import zlib

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402
from rawews import Answer, Client  # noqa: E402

BOX = "box@contoso.example"
MAILS = 20


def started(directory, *args):
    made = exsim.Sim(str(directory), ["--no-schema", *args])
    made.commands(f"mailbox {BOX}\ngenerate {BOX} @inbox {MAILS} 4000\n")
    return made


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = started(tmp_path_factory.mktemp("zip"))
    yield made
    assert made.stop() == 0, made.complaints()


@pytest.fixture
def sim(running):
    running.commands("nofault\noption gzip=on chunked=on\n")
    return running


@pytest.fixture
def client(sim):
    return Client(sim, BOX)


def ask_items(client):
    ids = "".join(f"<t:ItemId Id='{i['id']}'/>" for i in client.known)
    return client.envelope(
        "<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape>"
        f"</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>")


def fetch(sim, client, encoding=None):
    """All mails with their bodies: the answer, its bytes, its log entry."""
    if not hasattr(client, "known"):
        client.known = sim.dump(BOX)
        assert len(client.known) == MAILS
    answer, data = client.http("POST", ask_items(client), more=(
        {} if encoding is None else {"Accept-Encoding": encoding}))
    assert answer.status == 200, data[:300]
    return answer, data, sim.log()[-1]


def coding(answer):
    return answer.getheader("Content-Encoding")


@pytest.mark.parametrize("chunked", ["on", "off"])
def test_same_answer(sim, client, chunked):
    sim.commands(f"option chunked={chunked}\n")
    answer, plain, entry = fetch(sim, client)
    assert coding(answer) is None and answer.getheader("Vary") is None
    assert entry["bytes_out"] == entry["bytes_wire"] == len(plain)
    answer, data, entry = fetch(sim, client, "gzip")
    assert coding(answer) == "gzip"
    assert answer.getheader("Vary") == "Accept-Encoding"
    assert answer.getheader("Content-Length") == (
        None if chunked == "on" else str(len(data)))
    assert entry["bytes_out"] == len(plain)
    assert entry["bytes_wire"] == len(data) < len(plain) / 2
    assert gzip.decompress(data) == plain


@pytest.mark.parametrize("accepts,taken", [
    ("gzip, deflate", True), ("deflate, GZIP;q=0.5", True), ("*", True),
    ("x-gzip", True), ("deflate;q=1, *;q=0.1", True), (" gzip ; q=1", True),
    ("identity", False), ("gzip;q=0", False), ("gzip;q=0, *", False),
    ("gzip; q=0.000", False), ("*;q=0", False), ("deflate, br", False),
    ("notgzip", False), ("gzipped", False), ("", False)])
def test_who_takes_it(sim, client, accepts, taken):
    assert coding(fetch(sim, client, accepts)[0]) == (
        "gzip" if taken else None)


def test_option(sim, client):
    sim.commands("option gzip=off\n")
    assert coding(fetch(sim, client, "gzip")[0]) is None
    sim.commands("option gzip=on\n")
    assert coding(fetch(sim, client, "gzip")[0]) == "gzip"


def test_switched_off(tmp_path):
    sim = started(tmp_path, "--no-gzip")
    try:
        assert coding(fetch(sim, Client(sim, BOX), "gzip")[0]) is None
    finally:
        sim.stop()


def test_a_refusal_is_not(sim, client):
    """401 without a body; a Fault, with its body, is compressed as all is."""
    answer, data = client.http("POST", b"x", login=False,
                               more={"Accept-Encoding": "gzip"})
    assert (answer.status, data, coding(answer)) == (401, b"", None)
    sim.commands("fault do=fault code=ErrorInternalServerError\n")
    answer, data = client.http("POST", client.envelope("<m:GetFolder/>"),
                               more={"Accept-Encoding": "gzip"})
    assert answer.status == 500 and coding(answer) == "gzip"
    assert b"Fault" in gzip.decompress(data)


def test_tokens_are_json(sim, client):
    answer, data = client.http(
        "POST", b"grant_type=x", path="/contoso.example/oauth2/v2.0/token",
        more={"Accept-Encoding": "gzip",
              "Content-Type": "application/x-www-form-urlencoded"})
    assert coding(answer) == "gzip"
    assert b"AADSTS" in gzip.decompress(data)
    entry = sim.log()[-1]
    assert entry["op"] == "token" and entry["bytes_wire"] == len(data)


def test_unasked(sim, client):
    _, plain, _ = fetch(sim, client)
    sim.commands("fault do=coded as=gzip\n")
    answer, data, _ = fetch(sim, client)
    assert coding(answer) == "gzip" and gzip.decompress(data) == plain
    sim.commands("fault do=coded as=deflate\n")
    answer, data, _ = fetch(sim, client, "gzip")
    assert coding(answer) == "deflate" and zlib.decompress(data) == plain
    sim.commands("fault do=coded as=br\n")
    answer, data, _ = fetch(sim, client, "gzip")
    assert coding(answer) == "br" and data == plain


def test_spoilt(sim, client):
    """One byte of the compressed answer is wrong."""
    good = fetch(sim, client, "gzip")[1]
    sim.commands("fault do=coded as=gzip at=500\n")
    bad = fetch(sim, client, "gzip")[1]
    assert [n for n in range(len(good)) if good[n] != bad[n]] == [500]
    with pytest.raises((zlib.error, EOFError, gzip.BadGzipFile)):
        gzip.decompress(bad)


@pytest.mark.parametrize("what", ["truncate", "reset"])
def test_cut(sim, client, what):
    """at= counts plain bytes, or those of the compressed answer."""
    _, plain, _ = fetch(sim, client)
    whole = fetch(sim, client, "gzip")[1]
    for more, of, code in (("", plain, None), (" coded=1", whole, "gzip")):
        sim.commands(f"fault do={what} at=700{more}\n")
        answer, data, log = cut_short(sim, client)
        assert coding(answer) == code
        assert answer.getheader("Content-Length") == str(len(of))
        # a RST may overtake what was sent before it
        assert data == of[:700] if what == "truncate" else of[:700] \
            .startswith(data)
        assert log["bytes_wire"] == len(of)
    sim.commands(f"fault do={what} coded=1\n")  # in the middle, then
    answer, data, _ = cut_short(sim, client)
    assert coding(answer) == "gzip" and len(data) <= len(whole) // 2


def cut_short(sim, client):
    """The body is read by hand, for its beginning is wanted."""
    client.http("GET")
    client.connection.request("POST", client.url.path, ask_items(client), {
        "Content-Type": "text/xml; charset=utf-8",
        "Authorization": client.login, "Accept-Encoding": "gzip"})
    answer, data = client.connection.getresponse(), b""
    try:
        while got := answer.read1(65536):
            data += got
    except (http.client.IncompleteRead, OSError):
        pass
    client.connection.close()
    client.connection = None
    return answer, data, sim.log()[-1]


def test_made_up_prose(sim):
    """It compresses as mail does, is the same for the same words, and what
    was coded once for XML is what the item holds."""
    box = "prose@contoso.example"
    sim.commands(f"mailbox {box}\n" + "".join(
        f"generate {box} {f} {MAILS} 6000 seed={seed} prose=1\n"
        for f, seed in (("A", 3), ("B", 3), ("C", 4))))
    held = {}
    for item in sim.dump(box):
        held.setdefault(item["folder"], []).append(item)
    shas = {f: [i["body_sha256"] for i in items]
            for f, items in held.items()}
    assert shas["A"] == shas["B"] and not set(shas["A"]) & set(shas["C"])
    client = Client(sim, box)
    client.known = held["A"]
    _, plain, _ = fetch(sim, client)
    bodies = [e.text for e in Answer(200, plain).all("t:Body")]
    assert [hashlib.sha256(b.encode()).hexdigest()
            for b in bodies] == shas["A"]
    assert all(5500 < len(b.encode()) < 8000 for b in bodies)
    assert 0.12 < len(zlib.compress(plain, 1)) / len(plain) < 0.35


def test_exchangelib_takes_it(sim, monkeypatch):
    """A client that nobody here wrote asks for it and reads it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", exsim.CA)
    import exchangelib
    from exchangelib.protocol import CachingProtocol
    account = exchangelib.Account(
        BOX, autodiscover=False, access_type=exchangelib.IMPERSONATION,
        default_timezone=exchangelib.EWSTimeZone("UTC"),
        config=exchangelib.Configuration(
            service_endpoint=sim.url, auth_type=exchangelib.BASIC,
            credentials=exchangelib.Credentials(exsim.USER,
                                                exsim.PASSWORD)))
    at = len(sim.log())
    try:
        got = {m.message_id: str(m.body) for m in account.inbox.all().only(
            "message_id", "body")}
    finally:
        CachingProtocol.clear_cache()
    assert len(got) == MAILS and all("<html" in b for b in got.values())
    for entry in sim.log()[at:]:
        if entry["op"] == "GetItem":
            assert entry["bytes_wire"] < entry["bytes_out"] / 2
            break
    else:
        pytest.fail("no GetItem")
