"""auth = oauth after a refusal: what an administrator has corrected is tried at
once, and who is refused in one place is not refused in another; and a token
service that lies."""

import datetime
import http.server
import json
import os
import re
import ssl
import sys
import threading

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))

import exsim  # noqa: E402

old = pytest.importorskip("test_oauth")
scene, certificate = old.scene, old.certificate
pytestmark = old.pytestmark
MAILS, NAMES, SECRET = old.MAILS, old.NAMES, old.SECRET
ALL = MAILS * len(NAMES)
FAULT = os.path.join(exsim.TOP, "build", "fault", "exsync")


def test_corrected_secret(scene):
    """However many were wrong within the hour; the same is not tried again."""
    scene.ini(old.APP_SECRET)
    for n in range(6):
        scene.write("hq.secret", f"wrong-{n}\n", 0o600)
        before = len(scene.asked())
        status, text = scene.run()
        assert status == 3 and "AADSTS7000215" in text, text
        assert 1 <= len(scene.asked()) - before <= 2
        before = len(scene.asked())
        status, text = scene.run()
        assert status == 3 and "client secret" in text, text
        assert len(scene.asked()) == before
    scene.write("hq.secret", SECRET + "\n", 0o600)
    scene.good()
    assert scene.stored() == ALL


@pytest.mark.skipif(not os.access(FAULT, os.X_OK),
                    reason="needs make V=fault build/fault/exsync")
def test_once_an_hour(scene, monkeypatch):
    """What is corrected at the service is seen within the hour."""
    monkeypatch.setattr(old, "BINARY", FAULT)
    scene.ini(old.APP_SECRET)
    scene.sim.command("tokenfault times=always code=65001")
    hours, begun = [], datetime.datetime.now(datetime.timezone.utc)
    for minutes in range(0, 360, 20):
        now = begun + datetime.timedelta(minutes=minutes)
        monkeypatch.setenv("EXSYNC_NOW", now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        before = len(scene.asked())
        assert scene.run()[0] == 3
        if len(scene.asked()) > before:
            hours.append(minutes)
    assert hours == [0, 60, 120, 180, 240, 300]


def test_new_login(scene):
    """A person who was refused and logs in anew is let in at once."""
    scene.ini(old.PERSON)
    for _ in range(6):
        assert scene.login("approve {} anna@contoso.example",
                           "anna@contoso.example")[0] == 0
        scene.sim.command(
            "tokenfault grant=refresh_token times=always code=50173")
        status, text = scene.run()
        assert status != 0 and "AADSTS50173" in text, text
        before = len(scene.asked())
        status, text = scene.run()
        assert status != 0 and "exsync --login" in text, text
        assert len(scene.asked()) == before
        scene.sim.command("nofault")
    assert scene.login("approve {} anna@contoso.example",
                       "anna@contoso.example")[0] == 0
    scene.good()
    assert scene.stored() == MAILS


class Liar:
    """A token service that answers as it is told."""

    def __init__(self):
        self.asked = 0
        self.answer = None
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                liar.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.close_connection = True
                try:
                    liar.answer(self, body)
                except OSError:
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            os.path.join(exsim.TLS_DIR, "server.pem"),
            os.path.join(exsim.TLS_DIR, "server.key"))
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def liar():
    made = Liar()
    yield made
    made.stop()


def give(handler, body, status=200, kind="application/json", more=()):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in more:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def token(**more):
    return json.dumps({"token_type": "Bearer", "expires_in": 3600,
                       "access_token": "AT-sesame", **more}).encode()


def endless(handler, _body):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(100000):
        handler.wfile.write(b'{"access_token":"' + b"A" * 65536)


def echo(handler, body):
    give(handler, json.dumps({
        "error": "invalid_client",
        "error_description": "I got " + body.decode()}).encode(), 401)


LIES = {
    "endless": endless,
    "large": lambda h, b: give(h, token(access_token="A" * 1000000)),
    "deep": lambda h, b: give(h, b'{"a":' + b"[" * 100000),
    "redirect": lambda h, b: give(
        h, b"", 302, more=[("Location", "https://evil.example/")]),
    "line": lambda h, b: give(h, token(access_token="x\r\nX-Evil: 1")),
    "html": lambda h, b: give(h, b"<html>", kind="text/html"),
    "numbers": lambda h, b: give(h, b"1" * 200000),
    "echo": echo,
}


def test_other_directory(scene, liar):
    """One application, two directories: one does not know it."""
    liar.answer = lambda h, b: give(h, json.dumps({
        "error": "unauthorized_client", "error_codes": [700016],
        "error_description": "AADSTS700016: no"}).encode(), 400)
    scene.ini(old.APP_SECRET + """\
[profile other]
url = {0}
auth = oauth
tenant_id = contoso.example
authority = {1}
client_id = app-secret
client_secret_file = hq.secret
scope = https://outlook.office365.com/.default
domains = other.example
""".format(scene.sim.url, liar.url))
    scene.write("users.csv", "crm_id,address,name\nu1,zoe@other.example,Zoe\n"
                "u2,anna@contoso.example,Anna\n")
    status, text = scene.run()
    assert status == 1 and "AADSTS700016" in text, text
    assert scene.stored() == MAILS
    before = liar.asked
    scene.run()
    assert liar.asked == before and len(scene.asked()) == 2


@pytest.mark.parametrize("lie", list(LIES))
def test_lies(scene, liar, lie):
    """It is asked a few times, and nothing that it was told is told on."""
    liar.answer = LIES[lie]
    scene.ini(old.APP_SECRET, liar.url)
    status, text = scene.run()
    assert status in (1, 2, 3) and liar.asked <= 20, (text, liar.asked)
    assert not scene.served()
    assert not re.search("sesame|AAAAAAAA|evil", text), text


@pytest.mark.parametrize("lasts", [0, -1, 1e99, "0", "x", None])
def test_lasts(scene, liar, lasts):
    """Whatever it says of the time, it is asked a few times."""
    liar.answer = lambda h, b: give(h, token(expires_in=lasts))
    scene.ini(old.APP_SECRET, liar.url)
    status, text = scene.run()
    assert status == 3 and "refuses the token" in text, text
    assert liar.asked <= 4
