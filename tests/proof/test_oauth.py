"""exsync with auth = oauth: against the simulator's token endpoint and EWS,
beside Microsoft's msal-node, and against oidc-provider, which is strict."""

import json
import os
import re
import signal
import sqlite3
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import entra  # noqa: E402
import exsim  # noqa: E402
import secret  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
SECRET = "s3cret~+/=&%8q"
MAILS = 4
NAMES = ("anna", "bert", "carl")

INI = """\
[exsync]
database = exsync.db
ca_file = {ca}
state_dir = state
secret_key_file = exsync.key
[directory]
users = users.csv
[profile hq]
url = {url}
auth = oauth
tenant_id = contoso.example
authority = {authority}
domains = contoso.example
max_connections = {connections}
{more}
"""
APP_SECRET = ("client_id = app-secret\nclient_secret_file = hq.secret\n"
              "scope = https://outlook.office365.com/.default\n")
APP_CERT = ("client_id = app-cert\nclient_certificate = {0.cert}\n"
            "client_key_file = {0.key}\n"
            "scope = https://outlook.office365.com/.default\n")
PERSON = ("client_id = app-device\naccess = mailbox\n"
          "scope = https://outlook.office365.com/EWS.AccessAsUser.All\n"
          "[mailbox anna]\nprofile = hq\naddress = anna@contoso.example\n")


def knows_oauth():
    try:
        with open(BINARY, "rb") as f:
            return b"client_assertion" in f.read()
    except OSError:
        return False


pytestmark = pytest.mark.skipif(
    not knows_oauth(), reason="this exsync has no auth = oauth")
needs_msal = pytest.mark.skipif(
    not entra.has_node("@azure/msal-node"),
    reason="needs msal-node: tests/setup.sh oauth")
needs_oidc = pytest.mark.skipif(
    not entra.has_node("oidc-provider"),
    reason="needs oidc-provider: tests/setup.sh oauth")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return entra.Certificate(str(tmp_path_factory.mktemp("certificate")))


class Scene:
    def __init__(self, directory, certificate):
        self.home = os.path.join(str(directory), "home")
        os.mkdir(self.home)
        self.sim = exsim.Sim(str(directory), ["--auth", "bearer"])
        self.endpoint = entra.Endpoint(self.sim)
        self.sim.commands(
            f'app app-secret "secret={SECRET}"\n'
            f"app app-cert cert={certificate.cert}\napp app-device public=1\n"
            "account anna p1\naccount bert p2\noption device_interval=0\n")
        rows = "crm_id,address,name\n"
        for n, name in enumerate(NAMES):
            self.sim.commands(
                f"mailbox {name}@contoso.example owner={name}\n"
                f"generate {name}@contoso.example @inbox {MAILS} 900"
                f" seed={n}\n")
            rows += f"u{n},{name}@contoso.example,{name}\n"
        self.write("users.csv", rows)
        self.write("hq.secret", SECRET + "\n", 0o600)
        self.write("exsync.key", "5e" * 32 + "\n", 0o600)
        self.said = b""

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    def ini(self, more, authority=None, connections=3):
        self.write("exsync.ini", INI.format(
            ca=exsim.CA, url=self.sim.url, connections=connections,
            authority=authority or f"https://{self.sim.parts.netloc}",
            more=more), 0o600)

    def start(self, *words):
        return subprocess.Popen(
            [BINARY, "-c", "exsync.ini", *words], cwd=self.home,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def end(self, process):
        """(status, output and errors)"""
        out, err = process.communicate(timeout=240)
        self.said += out + err
        return process.returncode, (out + err).decode("utf-8", "replace")

    def run(self, *words):
        return self.end(self.start(*(words or ("--once",))))

    def forget(self):
        """What is known of logins that were refused."""
        for name in os.listdir(self.home):
            if name.startswith("exsync.db"):
                os.unlink(os.path.join(self.home, name))
        os.unlink(os.path.join(self.home, "state", "logins"))

    def good(self):
        status, text = self.run()
        assert status == 0, text
        return text

    def stored(self):
        with sqlite3.connect(os.path.join(self.home, "exsync.db")) as db:
            return db.execute(
                "SELECT count(*) FROM email_copy").fetchone()[0]

    def asked(self, op="token"):
        """The requests of the token endpoint."""
        return [e for e in self.sim.log() if e["op"] == op]

    def served(self):
        return [e for e in self.sim.log() if "login" in e]

    def login(self, answer, *words):
        """exsync --login, its code answered by that command: (status,
        text)."""
        process = self.start("--login", *words, "--json")
        first = process.stdout.readline()
        self.said += first
        try:
            event = json.loads(first)
        except ValueError:
            return self.end(process)
        assert event["event"] == "code", event
        self.sim.command(answer.format(event["user_code"]))
        return self.end(process)

    def check_secrets(self):
        """No secret and no token in any output, and in no file but those
        that an administrator wrote."""
        forms = set(secret.codings(SECRET))
        for token in json.loads(self.sim.command("tokens")):
            forms |= secret.codings(token)
        assert secret.shown(forms, self.said) is None
        for path, _, names in os.walk(self.home):
            for name in names:
                if name == "hq.secret":
                    continue
                with open(os.path.join(path, name), "rb") as f:
                    assert secret.shown(forms, f.read()) is None, name

    def stop(self):
        assert self.sim.stop() == 0, self.sim.complaints()


@pytest.fixture
def scene(tmp_path, certificate):
    made = Scene(tmp_path, certificate)
    yield made
    made.check_secrets()
    made.stop()


def kinds(certificate):
    return {"secret": APP_SECRET, "ps256": APP_CERT.format(certificate),
            "rs256": APP_CERT.format(certificate) + "assertion = rs256\n"}


@pytest.mark.parametrize("kind", ["secret", "ps256", "rs256"])
def test_application(scene, certificate, kind):
    """All mail is read; one token does for all connections."""
    scene.ini(kinds(certificate)[kind])
    scene.good()
    assert scene.stored() == MAILS * len(NAMES)
    (one,) = scene.asked()
    assert one["status"] == 200 and one["grant"] == "client_credentials"
    for entry in scene.served():
        assert entry["scheme"] == "bearer" and entry["login"] == "ok"
        assert entry["status"] == 200 and entry["impersonated"]
        assert entry["anchor"] == entry["mailbox"]
    assert len({e["connection"] for e in scene.served()}) > 1
    scene.good()
    assert len(scene.asked()) == 2


@needs_msal
@pytest.mark.parametrize("kind", ["secret", "ps256"])
def test_asks_as_msal_does(scene, certificate, kind):
    """The same fields with the same values; the same header and the same
    claims of the assertion, for the same time."""
    scene.ini(kinds(certificate)[kind])
    scene.good()
    (own,) = scene.asked()
    how = {"secret": SECRET, "clientId": "app-secret"}
    if kind == "ps256":
        how = {"key": certificate.key, "clientId": "app-cert",
               "thumbprint": entra.hex_of(certificate.x5t256)}
    entra.msal_result(entra.msal(
        scene.sim, flow="client", scopes=[entra.EWS], **how))
    theirs = scene.asked()[-1]
    # msal's telemetry and what it wants to know of the account
    extra = {k for k in theirs["fields"]
             if k.startswith(("x-", "client-request-id")) or k == "client_info"}
    assert own["fields"] == {
        k: v for k, v in theirs["fields"].items() if k not in extra}
    assert own["path"] == theirs["path"]
    assert own["assertion_header"] == theirs["assertion_header"]
    if kind == "secret":
        return
    mine, other = own["assertion_claims"], theirs["assertion_claims"]
    assert set(mine) == set(other)
    for name in ("aud", "iss", "sub"):
        assert mine[name] == other[name]
    assert mine["exp"] - mine["nbf"] == other["exp"] - other["nbf"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                        mine["jti"])
    assert mine["jti"] != other["jti"]


def test_token_that_ends_early(scene):
    """The server takes it no more: a new one is asked for, once."""
    scene.ini(APP_SECRET, connections=1)
    scene.sim.command("option now=2026-03-02T09:00:00")
    scene.sim.command('fault op=GetItem do=silence ms=0 '
                      'then="option now=2026-03-02T11:00:00"')
    scene.good()
    assert scene.stored() == MAILS * len(NAMES)
    assert len(scene.asked()) == 2
    refused = [e for e in scene.served() if e["status"] == 401]
    assert [e["login"] for e in refused] == ["expired"]


@pytest.mark.parametrize("code", [
    700016, 90002, 7000215, 7000222, 700027, 53003])
def test_refused_for_good(scene, code):
    """It says which number, does not go on asking, and heals."""
    scene.ini(APP_SECRET)
    scene.sim.command(f"tokenfault times=always code={code}")
    status, text = scene.run()
    assert status == 3, text
    assert f"AADSTS{code}" in text
    assert 1 <= len(scene.asked()) <= 2
    assert not scene.served()
    scene.run()
    assert len(scene.asked()) <= 4
    scene.sim.command("nofault")
    scene.write("hq.secret", SECRET + "\n", 0o600)
    os.unlink(os.path.join(scene.home, "exsync.db"))
    for name in os.listdir(os.path.join(scene.home, "state")):
        os.unlink(os.path.join(scene.home, "state", name))
    scene.good()
    assert scene.stored() == MAILS * len(NAMES)


@pytest.mark.parametrize("fault", [
    "status=429 retry_after=1", "status=503", "status=500 body=oops",
    "code=90033", "status=502 type=text/html body=<html>"])
def test_endpoint_is_busy(scene, fault):
    """A transient fault is none of the login: it passes."""
    scene.ini(APP_SECRET)
    scene.sim.command(f"tokenfault {fault}")
    status, text = scene.run()
    if status != 0:
        assert status in (1, 3), text
        assert len(scene.asked()) <= 4
        scene.good()
    assert scene.stored() == MAILS * len(NAMES)


def test_application_without_the_role(scene):
    scene.ini(APP_SECRET, connections=1)
    scene.sim.command("app app-secret roles=Mail.Read")
    status, text = scene.run()
    assert status == 3, text
    assert "refuses the token" in text
    # a rejected login is tried twice in a pass, each time with a new token
    # after the refused one
    assert len(scene.asked()) <= 4
    assert {e["login"] for e in scene.served()} == {"roles"}


@pytest.mark.parametrize("policy,words", [
    ("disabled", "EwsEnabled"), ("blocked", "EwsAllowedAppIDs")])
def test_policy(scene, policy, words):
    scene.ini(APP_SECRET)
    scene.sim.command(f"option ews_policy={policy}")
    status, text = scene.run()
    assert status in (1, 3) and words in text, text


# --- a person -------------------------------------------------------------

def test_person(scene):
    """A code is approved; the refresh token is replaced each time, and the
    old one is good no more."""
    scene.ini(PERSON)
    scene.sim.command("option old_refresh=0")
    status, text = scene.login("approve {} anna@contoso.example",
                               "anna@contoso.example")
    assert status == 0, text
    assert '"done"' in text
    for _ in range(3):
        scene.good()
    assert scene.stored() == MAILS
    grants = [e["grant"] for e in scene.asked()]
    assert set(grants) == {entra.DEVICE, "refresh_token"}
    assert grants.count("refresh_token") >= 3
    assert all(e["status"] == 200 for e in scene.asked()
               if e["grant"] == "refresh_token")
    assert all(e["account"] == "anna@contoso.example"
               and not e["impersonated"] for e in scene.served())
    (one,) = scene.asked("devicecode")
    assert "offline_access" in one["fields"]["scope"].split()


def test_person_declines(scene):
    scene.ini(PERSON)
    status, text = scene.login("decline {}", "anna@contoso.example")
    assert status == 3 and '"failed"' in text, text
    assert scene.run()[0] != 0
    assert not [e for e in scene.served() if e["status"] == 200]


def test_other_person(scene):
    """Nothing is kept of an account that is not the one that is meant."""
    scene.ini(PERSON)
    status, text = scene.login("approve {} bert@contoso.example",
                               "anna@contoso.example")
    assert status == 3 and '"failed"' in text, text
    assert not [n for _, _, names in os.walk(scene.home) for n in names
                if n.startswith("token-")]


def test_person_slow_down(scene):
    """slow_down and a busy endpoint do not end the login."""
    scene.ini(PERSON)
    scene.sim.commands("tokenfault grant=device_code error=slow_down\n"
                       "tokenfault grant=device_code status=503\n")
    status, text = scene.login("approve {} anna@contoso.example",
                               "anna@contoso.example")
    assert status == 0, text
    assert len([e for e in scene.asked() if e["grant"] == entra.DEVICE]) == 3


@pytest.mark.parametrize("code", [700082, 70043, 50173, 50076, 65001])
def test_person_must_log_in_again(scene, code):
    """invalid_grant: it is not tried again and again, and says what to
    do."""
    scene.ini(PERSON)
    assert scene.login("approve {} anna@contoso.example",
                       "anna@contoso.example")[0] == 0
    before = len(scene.asked())
    scene.sim.command(
        f"tokenfault grant=refresh_token times=always code={code}")
    status, text = scene.run()
    assert status != 0 and f"AADSTS{code}" in text, text
    assert "--login" in text
    assert len(scene.asked()) - before <= 2


# --- oidc-provider --------------------------------------------------------

class Node:
    """A script of node that prints lines of JSON, the first with its port."""

    def __init__(self, script, how):
        self.process = subprocess.Popen(
            ["node", os.path.join(exsim.TOP, "tests", "proof", script),
             json.dumps(how)], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "NODE_DIR": entra.NODE_DIR})
        self.port = self.line()["ready"]

    def line(self):
        """The next that is JSON; it prints warnings as well."""
        for text in self.process.stdout:
            if text.startswith("{"):
                return json.loads(text)
        raise AssertionError("the server ended")

    def stop(self):
        self.process.terminate()
        left = self.process.communicate(timeout=60)[0]
        return [json.loads(t) for t in left.splitlines()
                if t.startswith("{")]


class Oidc(Node):
    def __init__(self, certificate):
        how = {"cert": os.path.join(exsim.TLS_DIR, "server.pem"),
               "key": os.path.join(exsim.TLS_DIR, "server.key"),
               "appCert": certificate.cert, "secret": SECRET,
               "clientSecret": "app-secret", "clientCert": "app-cert",
               "clientDevice": "app-device",
               "tenant": entra.TENANT,
               "audience": "https://outlook.office365.com"}
        super().__init__("oidc.mjs", how)

    def approve(self, user_code, who):
        """The person logs in, and types the code in."""
        where = ssl.create_default_context(cafile=exsim.CA)
        with urllib.request.urlopen(
                f"https://localhost:{self.port}/approve?"
                + urllib.parse.urlencode(
                    {"user_code": user_code, "who": who}),
                context=where, timeout=60) as answer:
            assert answer.read() == b"ok"


@needs_oidc
@pytest.mark.parametrize("kind", ["secret", "ps256", "rs256"])
def test_strict_server(scene, certificate, kind):
    """It gives a token; its tokens are none of EWS's, which says so."""
    oidc = Oidc(certificate)
    try:
        scene.ini(kinds(certificate)[kind],
                  f"https://localhost:{oidc.port}")
        status, text = scene.run()
    finally:
        judged = oidc.stop()
    assert judged and all(j["ok"] for j in judged), judged
    assert status == 3 and "refuses the token" in text, text
    assert {e["login"] for e in scene.served()} == {"forged"}
    for j in judged:
        if kind == "ps256":
            assert j["header"] == {"alg": "PS256", "typ": "JWT",
                                   "x5t#S256": certificate.x5t256}
        elif kind == "rs256":
            assert j["header"] == {"alg": "RS256", "typ": "JWT",
                                   "x5t": certificate.x5t}


@needs_oidc
def test_strict_server_refuses(scene, certificate, tmp_path):
    """A key that is not the certificate's: it knows, and so this test does
    see what it judges."""
    other = entra.Certificate(str(tmp_path), "other")
    oidc = Oidc(certificate)
    try:
        scene.ini(kinds(other)["ps256"], f"https://localhost:{oidc.port}")
        status, _ = scene.run()
    finally:
        judged = oidc.stop()
    assert status == 3 and judged and not any(j["ok"] for j in judged)


@needs_oidc
def test_strict_server_rotates(scene, certificate):
    """A person's login: each refresh token is good once, and one that is used
    again would end the login. EWS refuses each token, so each pass renews
    twice, the second time with what the first has brought; then other
    processes go on with what was kept."""
    oidc = Oidc(certificate)
    try:
        scene.ini(PERSON, f"https://localhost:{oidc.port}")
        login = scene.start("--login", "anna@contoso.example", "--json")
        code = json.loads(login.stdout.readline())
        assert code["event"] == "code", code
        oidc.approve(code["user_code"], "anna@contoso.example")
        status, text = scene.end(login)
        assert status == 0 and '"done"' in text, text
        for _ in range(3):
            status, text = scene.run()
            assert status == 3 and "refuses the token" in text, text
            # else it would wait for an hour
            scene.forget()
    finally:
        judged = oidc.stop()
    assert all(j["ok"] for j in judged), judged
    grants = [j["grant"] for j in judged]
    assert grants[0].endswith("device_code"), grants
    assert grants[1:].count("refresh_token") == len(grants) - 1 >= 6, grants


# --- oauth2-mock-server -----------------------------------------------------

needs_mock = pytest.mark.skipif(
    not entra.has_node("oauth2-mock-server"),
    reason="needs oauth2-mock-server: tests/setup.sh oauth")
# status, body, what is said, and whether the client is told that it is wrong
MOCKED = {
    "refused": (400, {"error": "invalid_client", "error_description":
                      "AADSTS7000215: Invalid client secret provided."},
                "AADSTS7000215", True),
    "unheard of": (400, {"error": "unheard_of"}, "unheard_of", False),
    "busy": (429, {"error": "temporarily_unavailable"}, "HTTP 429", False),
    "broken": (500, "oops", "HTTP 500", False),
    "away": (503, None, "HTTP 503", False),
    "html": (200, "<html><body>a proxy</body></html>", "token", False),
    "empty": (200, {}, "token", False),
    # so many characters of a token
    "long": (200, 200000, "token", False),
}


@needs_mock
@pytest.mark.parametrize("name", MOCKED)
def test_mocked(scene, name):
    """It is said what is wrong; what is no refusal counts as none, and the
    next pass asks again."""
    status, body, said, refused = MOCKED[name]
    mock = Node("mock.mjs", {
        "cert": os.path.join(exsim.TLS_DIR, "server.pem"),
        "key": os.path.join(exsim.TLS_DIR, "server.key"),
        "tenant": entra.TENANT, "status": status, "body": body,
        "aud": "https://outlook.office365.com"})
    try:
        scene.ini(APP_SECRET, f"https://localhost:{mock.port}")
        code, text = scene.run()
        assert code == 3 and said in text, text
        assert scene.served() == []
        mock.process.send_signal(signal.SIGUSR2)
        while "well" not in mock.line():
            pass
        code, text = scene.run()
        assert code == 3, text
        waits = "is rejected since" in text
        assert waits == refused, text
        # none of EWS's, which says so
        assert ("refuses the token" in text) == (not refused), text
    finally:
        mock.stop()
