"""The simulator's logins, judged by clients that nobody here wrote:
requests-ntlm, exchangelib and GSSAPI for NTLM, Microsoft's msal-node and
OpenSSL's signatures for its token endpoint."""

import base64
import json
import os
import subprocess
import sys
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import case  # noqa: E402
import entra  # noqa: E402
import exsim  # noqa: E402
import rawews  # noqa: E402

PASSWORD = "P\u00e4ssw\u00f6rd \u042f 1"
ACCOUNTS = f"""\
account anna "{PASSWORD}"
account "CONTOSO\\svc" service-1 impersonate
mailbox anna@contoso.example owner=anna@contoso.example
mailbox ben@contoso.example
"""
# requests-ntlm wants MD4, which OpenSSL 3 has in a provider of its own
LEGACY = """\
openssl_conf = i
[i]
providers = p
[p]
default = d
legacy = d
[d]
activate = 1
"""
REQUESTS_NTLM = """
import json, sys, requests
from requests_ntlm import HttpNtlmAuth
url, ca, logins = json.loads(sys.argv[1])
for name, password, bind in logins:
    s = requests.Session()
    s.trust_env, s.verify = False, ca
    s.auth = HttpNtlmAuth(name, password, send_cbt=bind)
    try:
        print(s.get(url).status_code)
    except StopIteration:       # it gives up
        print(401)
"""
EXCHANGELIB = """
import json, sys
from exchangelib import (Account, Configuration, Credentials, DELEGATE, NTLM,
                         Build, Version)
from exchangelib.protocol import BaseProtocol
url, ca, name, password, address = json.loads(sys.argv[1])
config = Configuration(service_endpoint=url, auth_type=NTLM,
    version=Version(Build(15, 1, 2507, 6)),
    credentials=Credentials(name, password))
account = Account(address, config=config, autodiscover=False,
                  access_type=DELEGATE)
print(account.inbox.total_count)
"""
GET = ('<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>'
       '</m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/>'
       '</m:FolderIds></m:GetFolder>')
IMPERSONATE = ('<t:ExchangeImpersonation><t:ConnectingSID>'
               '<t:PrimarySmtpAddress>{}</t:PrimarySmtpAddress>'
               '</t:ConnectingSID></t:ExchangeImpersonation>')
ENVELOPE = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
            f' xmlns:m="{rawews.M}" xmlns:t="{rawews.T}"><s:Header>'
            '<t:RequestServerVersion Version="Exchange2013_SP1"/>{}'
            '</s:Header><s:Body>{}</s:Body></s:Envelope>')


def has(module):
    done = subprocess.run(["/usr/bin/python3", "-c", f"import {module}"],
                          capture_output=True, check=False, timeout=60)
    return done.returncode == 0


needs_requests_ntlm = pytest.mark.skipif(
    not has("requests_ntlm"), reason="needs python3-requests-ntlm")
needs_gssapi = pytest.mark.skipif(
    not has("gssapi"), reason="needs python3-gssapi")
needs_msal = pytest.mark.skipif(
    not entra.has_node("@azure/msal-node"),
    reason="needs msal-node: tests/setup.sh oauth")


@pytest.fixture
def start(tmp_path):
    """Starts simulators with these arguments and accounts."""
    made = []

    def one(*args, may_lock=False, commands=ACCOUNTS):
        sim = exsim.Sim(str(tmp_path), args, may_lock=may_lock)
        made.append(sim)
        sim.commands(commands)
        return sim

    yield one
    for sim in made:
        assert sim.stop() in ((0, exsim.LOCKED) if sim.may_lock else (0,)), \
            sim.complaints()


def in_python(tmp_path, program, *arguments):
    """Runs it with MD4; returns the lines that it prints."""
    conf = tmp_path / "legacy.cnf"
    conf.write_text(LEGACY)
    env = {**os.environ, "OPENSSL_CONF": str(conf),
           "REQUESTS_CA_BUNDLE": exsim.CA}
    done = subprocess.run(
        ["/usr/bin/python3", "-W", "ignore", "-c", program,
         json.dumps(arguments)], env=env, capture_output=True, text=True,
        check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


class Link(rawews.Client):
    """One connection, with what is sent in Authorization told each time."""

    def __init__(self, sim):
        super().__init__(sim, "anna@contoso.example")

    def ask(self, authorization=None, header="", anchor=None):
        """(status, headers, Answer or None)"""
        if self.connection is None:
            self.http("HEAD", login=False, path="/nowhere")
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        if authorization is not None:
            headers["Authorization"] = authorization
        if anchor is not None:
            headers["X-AnchorMailbox"] = anchor
        self.connection.request("POST", self.url.path,
                                ENVELOPE.format(header, GET), headers)
        got = self.connection.getresponse()
        data = got.read()
        return (got.status, got.headers.get_all("WWW-Authenticate") or [],
                got.headers, rawews.Answer(got.status, data)
                if data else None)

    def status(self, authorization=None):
        return self.ask(authorization)[0]


def basic(name, password):
    return "Basic " + base64.b64encode(
        f"{name}:{password}".encode()).decode()


class Ntlm:
    """GSSAPI's initiator."""

    def __init__(self, name=r"CONTOSO\anna", password=PASSWORD):
        import gssapi
        mech = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
        credential = gssapi.raw.acquire_cred_with_password(
            gssapi.Name(name, gssapi.NameType.user), password.encode(),
            mechs=[mech], usage="initiate").creds
        self.context = gssapi.SecurityContext(
            name=gssapi.Name("HTTP@localhost",
                             gssapi.NameType.hostbased_service),
            creds=gssapi.Credentials(credential), mech=mech,
            usage="initiate")

    def first(self):
        return "NTLM " + base64.b64encode(self.context.step()).decode()

    def second(self, challenges):
        (challenge,) = challenges
        assert challenge.startswith("NTLM ")
        return "NTLM " + base64.b64encode(self.context.step(
            base64.b64decode(challenge[5:]))).decode()


# --- what is offered ------------------------------------------------------

def test_basic_alone_by_default(start):
    assert Link(start()).ask()[1] == ['Basic realm="localhost"']


def test_each_scheme_has_a_line(start):
    """In IIS's order, whatever the order of the list."""
    sim = start("--auth", "basic,ntlm,negotiate,bearer")
    offers = Link(sim).ask()[1]
    assert [o.split(" ")[0] for o in offers] == [
        "Bearer", "Negotiate", "NTLM", "Basic"]
    assert 'client_id="00000002-0000-0ff1-ce00-000000000000"' in offers[0]
    assert "authorization_uri=" in offers[0] and "error" not in offers[0]


def test_what_is_not_offered_is_refused(start):
    sim = start("--auth", "ntlm,negotiate")
    link = Link(sim)
    assert link.status(basic("anna", PASSWORD)) == 401
    assert link.status("Negotiate YIIB") == 401
    assert link.status("Bearer x") == 401
    assert link.status("NTLM !!") == 401
    assert sim.stats()["logins"] == 0


# --- NTLM -----------------------------------------------------------------

@needs_requests_ntlm
@pytest.mark.parametrize("mode", ["off", "allow", "require"])
def test_requests_ntlm(start, tmp_path, mode):
    sim = start("--auth", "ntlm,basic", "--epa", mode)
    logins = [[name, PASSWORD, True] for name in (
        r"CONTOSO\anna", r"contoso\ANNA", "\\anna@contoso.example")]
    logins += [[r"CONTOSO\anna", PASSWORD, False],
               [r"CONTOSO\anna", "wrong", True],
               [r"CONTOSO\nobody", PASSWORD, True]]
    got = in_python(tmp_path, REQUESTS_NTLM, sim.url, exsim.CA, logins)
    unbound = "401" if mode == "require" else "200"
    assert got == ["200", "200", "200", unbound, "401", "401"]
    stats = sim.stats()
    assert stats["wrong"] == {"anna": 1}
    assert stats["unknown_accounts"] == 1 and stats["wrong_logins"] == 2


@needs_requests_ntlm
def test_exchangelib_ntlm(start, tmp_path):
    sim = start("--auth", "ntlm", "--epa", "off")
    sim.command("generate anna@contoso.example @inbox 7 500")
    got = in_python(tmp_path, EXCHANGELIB, sim.url, exsim.CA,
                    r"CONTOSO\anna", PASSWORD, "anna@contoso.example")
    assert got == ["7"]
    served = [e for e in sim.log() if e["status"] == 200]
    assert served and all(e["scheme"] == "ntlm" for e in served)


@needs_gssapi
def test_login_lasts_as_long_as_its_connection(start):
    sim = start("--auth", "ntlm")
    link, ntlm = Link(sim), Ntlm()
    status, offers, _, _ = link.ask(ntlm.first())
    assert status == 401 and len(offers) == 1
    assert link.status(ntlm.second(offers)) == 200
    assert [link.status() for _ in range(3)] == [200] * 3
    assert Link(sim).status() == 401
    # another handshake begins, and the old login is over
    assert link.status(Ntlm().first()) == 401
    assert link.status() == 401
    assert sim.stats()["logins"] == 1
    assert [e["login"] for e in sim.log()] == [
        "challenge", "ok", "kept", "kept", "kept", "none", "challenge",
        "none"]


@needs_gssapi
def test_handshake_is_bound_to_its_connection(start):
    sim = start("--auth", "ntlm")
    link, ntlm = Link(sim), Ntlm()
    answer = ntlm.second(link.ask(ntlm.first())[1])
    assert Link(sim).status(answer) == 401      # another connection
    assert link.status() == 401                 # another request
    assert link.status(answer) == 401           # too late now
    assert sim.stats()["logins"] == 0
    assert [e["login"] for e in sim.log()] == [
        "challenge", "stray", "none", "stray"]


# --- lock-out -------------------------------------------------------------

@needs_gssapi
def test_lock_out_counts_spellings_and_schemes_together(start):
    sim = start("--auth", "ntlm,basic", may_lock=True)
    assert exsim.LOCKOUT == 3
    link = Link(sim)
    assert link.status(basic(r"CONTOSO\Anna", "x")) == 401
    ntlm = Ntlm(password="x")
    assert link.status(ntlm.second(link.ask(ntlm.first())[1])) == 401
    assert sim.stats()["locked"] == []
    assert link.status(basic("ANNA@contoso.example", "x")) == 401
    assert sim.stats()["locked"] == ["anna"]
    assert link.status(basic("anna", PASSWORD)) == 401
    ntlm = Ntlm()
    assert link.status(ntlm.second(link.ask(ntlm.first())[1])) == 401
    assert sim.stats()["wrong"] == {"anna": 3}
    # others are not
    assert link.status(basic("svc", "service-1")) == 200


def test_right_password_ends_the_row(start):
    sim = start()
    link = Link(sim)
    for _ in range(3):
        assert link.status(basic("anna", "x")) == 401
        assert link.status(basic("anna", "x")) == 401
        assert link.status(basic("anna", PASSWORD)) == 200
    assert sim.stats()["wrong"] == {"anna": 6}


def test_row_is_forgotten_after_its_time(start):
    sim = start()
    link = Link(sim)
    for minute in (0, 1, 40, 41):
        sim.command(f"option now=2026-03-02T09:{minute:02}:00")
        assert link.status(basic("anna", "x")) == 401
    assert sim.stats()["locked"] == []


def test_a_run_that_locks_an_account_fails(start):
    sim = start()
    for _ in range(3):
        Link(sim).status(basic("anna", "x"))
    with pytest.raises(exsim.Error, match="the account anna is locked"):
        sim.stop()


LOCKING = """\
# An account is locked.
== sh for n in 1 2 3; do curl -s -o x --cacert $CA -u $USER:no $URL; done
{}
"""


@pytest.mark.parametrize("end", ["", "== locked svc", "== locked otto"])
def test_a_case_that_locks_an_account(tmp_path, end):
    """It fails, unless it says which one."""
    path = tmp_path / "locking.case"
    path.write_text(LOCKING.format(end))
    one = case.Case(str(path), tmp_path)
    if end == "== locked svc":
        one.run()
        return
    with pytest.raises((case.Failure, exsim.Error), match="locked"):
        one.run()


# --- the token endpoint ---------------------------------------------------

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return entra.Certificate(str(tmp_path_factory.mktemp("certificate")))


@pytest.fixture
def tokens(start, certificate):
    """A simulator whose directory has three applications."""
    sim = start("--auth", "bearer", commands=ACCOUNTS + f"""
app app-secret secret=s3cret expired_secret=s3cret-old
app app-cert cert={certificate.cert}
app app-device public=1
app app-mail secret=s3cret roles=Mail.Read
tenant fabrikam.example
""")
    return sim


def as_app(token, link, who="ben@contoso.example", anchor=True):
    return link.ask(f"Bearer {token}", IMPERSONATE.format(who),
                    who if anchor else None)


@needs_msal
def test_msal_secret(tokens):
    got = entra.msal_result(entra.msal(
        tokens, flow="client", clientId="app-secret", secret="s3cret",
        scopes=[entra.EWS]))
    assert as_app(got["accessToken"], Link(tokens))[0] == 200
    got = entra.msal_result(entra.msal(
        tokens, flow="client", clientId="app-secret", secret="no",
        scopes=[entra.EWS]))
    assert got["error"] == "invalid_client"
    assert "AADSTS7000215" in got["message"]


@needs_msal
def test_msal_certificate(tokens, certificate):
    got = entra.msal_result(entra.msal(
        tokens, flow="client", clientId="app-cert", key=certificate.key,
        thumbprint=base64.urlsafe_b64decode(
            certificate.x5t256 + "=").hex(), scopes=[entra.EWS]))
    assert as_app(got["accessToken"], Link(tokens))[0] == 200
    (asked,) = [e for e in tokens.log() if e["op"] == "token"]
    assert asked["assertion_header"] == {
        "alg": "PS256", "typ": "JWT", "x5t#S256": certificate.x5t256}


@needs_msal
def test_msal_device_and_refresh(tokens):
    tokens.command("option device_interval=1")
    process = entra.msal(tokens, flow="device", clientId="app-device",
                         scopes=[entra.DELEGATED.split()[0]])
    code = json.loads(process.stdout.readline())["userCode"]
    time.sleep(1.5)             # so that it has asked too early once
    tokens.command(f"approve {code} anna@contoso.example")
    got = entra.msal_result(process)
    assert got["user"] == "anna@contoso.example"
    assert Link(tokens).status(f"Bearer {got['accessToken']}") == 200
    again = entra.msal_result(entra.msal(
        tokens, flow="refresh", clientId="app-device",
        scopes=[entra.DELEGATED.split()[0]],
        refreshToken=got["refreshToken"]))
    assert again["accessToken"] != got["accessToken"]
    assert Link(tokens).status(f"Bearer {again['accessToken']}") == 200


def test_secrets(tokens):
    e = entra.Endpoint(tokens)
    form = {"client_id": "app-secret", "scope": entra.EWS,
            "grant_type": "client_credentials"}
    assert as_app(e.secret(), Link(tokens))[0] == 200
    assert e.wrong(**form, client_secret="no") == (7000215, "invalid_client")
    assert e.wrong(**form, client_secret="s3cret-old") == (
        7000222, "invalid_client")
    assert e.wrong(**form) == (7000216, "invalid_client")
    assert e.wrong(**{**form, "client_id": "nobody"}) == (
        700016, "unauthorized_client")
    assert e.wrong(**{**form, "scope": "https://x.example/.default"},
                   client_secret="s3cret") == (500011, "invalid_resource")
    assert e.wrong(**{**form, "scope": entra.DELEGATED},
                   client_secret="s3cret") == (1002012, "invalid_scope")
    assert entra.Endpoint(tokens, "nowhere.example").wrong(
        **form, client_secret="s3cret") == (90002, "invalid_request")
    assert entra.Endpoint(tokens, "fabrikam.example").wrong(
        **form, client_secret="s3cret") == (700016, "unauthorized_client")
    # a form that is none
    for raw, headers in (
            (json.dumps(form), {"Content-Type": "application/json"}),
            ("client_id=a&client_id=b", {}), ("client_id=%zz", {}),
            ("client_id", {})):
        status, answer, _ = e.post(None, raw=raw, headers=headers)
        assert status == 400 and answer["error_codes"] == [90023]


def test_assertions(tokens, certificate, tmp_path):
    """Signed by OpenSSL; each thing that must be right is wrong once."""
    e = entra.Endpoint(tokens)
    url = e.token_url
    other = entra.Certificate(str(tmp_path), "other")
    now = int(time.time())

    def ask(jwt, client="app-cert"):
        status, answer, _ = e.post({
            "client_id": client, "scope": entra.EWS,
            "grant_type": "client_credentials",
            "client_assertion_type": entra.JWT_BEARER,
            "client_assertion": jwt})
        return 0 if status == 200 else answer["error_codes"][0]

    make = certificate.assertion
    assert ask(make("app-cert", url)) == 0
    assert ask(make("app-cert", url, "RS256")) == 0
    assert ask(make("app-cert", url, "RS256", header={
        "x5t": certificate.x5t, "x5t#S256": None})) == 0
    once = make("app-cert", url)
    assert [ask(once), ask(once)] == [0, 700027]
    for alg in ("RS384", "PS512"):
        assert ask(make("app-cert", url, alg)) == 700027
    assert ask(make("app-cert", url, header={"alg": "RS256"})) == 700027
    assert ask(make("app-cert", url, header={"x5t#S256": None})) == 700027
    assert ask(make("app-cert", url, header={"x5t#S256": other.x5t256})) \
        == 700027
    assert ask(other.assertion("app-cert", url)) == 700027
    assert ask(other.assertion("app-cert", url, header={
        "x5t#S256": certificate.x5t256})) == 700027
    assert ask(make("app-cert", url, jti=None)) == 700027
    assert ask(make("app-cert", e.base + "/v2.0")) == 700023
    assert ask(make("app-cert", url.upper())) == 700023
    assert ask(make("app-cert", url, iss="other")) == 700021
    assert ask(make("app-cert", url, sub="other")) == 700021
    assert ask(make("app-cert", url, exp=now - 1)) == 700024
    assert ask(make("app-cert", url, exp=None)) == 700024
    assert ask(make("app-cert", url, nbf=now + 300)) == 700024
    assert ask(make("app-cert", url) + "AA") == 700027
    assert ask("a.b") == 700027 and ask("e30.e30.") == 700027
    assert ask(make("app-secret", url), "app-secret") == 700027


def test_device_code(tokens):
    e = entra.Endpoint(tokens)
    tokens.command("option now=2026-03-02T09:00:00")
    one, two, three = e.device(), e.device(), e.device()
    assert one["interval"] == 5 and len(one["user_code"]) == 9
    assert e.poll(one["device_code"]) == "authorization_pending"
    # too soon: five seconds more from then on
    assert e.poll(one["device_code"]) == "slow_down"
    tokens.command("option now=2026-03-02T09:00:06")
    assert e.poll(one["device_code"]) == "slow_down"
    tokens.command("option now=2026-03-02T09:00:21")
    assert e.poll(one["device_code"]) == "authorization_pending"
    tokens.command(f"approve {one['user_code']} anna")
    tokens.command(f"decline {two['user_code']}")
    tokens.command("option now=2026-03-02T09:01:00")
    got = e.poll(one["device_code"])
    assert got["refresh_token"] and got["token_type"] == "Bearer"
    tokens.command("option now=2026-03-02T09:02:00")
    assert e.poll(one["device_code"]) == "expired_token"        # used
    assert e.poll(two["device_code"]) == "authorization_declined"
    assert e.poll("no-such-code") == "bad_verification_code"
    tokens.command("option now=2026-03-02T09:15:00")
    assert e.poll(three["device_code"]) == "expired_token"
    assert Link(tokens).status(f"Bearer {got['access_token']}") == 200
    status, answer, _ = e.post({"client_id": "app-secret",
                                "scope": entra.DELEGATED}, "devicecode")
    assert status == 401 and answer["error_codes"] == [7000218]


def signed_in(sim, e, scope=entra.DELEGATED):
    code = e.device(scope=scope)
    sim.command(f"approve {code['user_code']} anna")
    return e.poll(code["device_code"])


def test_refresh(tokens):
    e = entra.Endpoint(tokens)
    tokens.command("option now=2026-03-02T09:00:00 old_refresh=60")
    first = signed_in(tokens, e)

    def refresh(token, **more):
        return {"client_id": "app-device", "grant_type": "refresh_token",
                "refresh_token": token, "scope": entra.DELEGATED, **more}

    second = e.good(**refresh(first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    # the old one is good for a while
    tokens.command("option now=2026-03-02T09:00:59")
    e.good(**refresh(first["refresh_token"]))
    tokens.command("option now=2026-03-02T09:01:00")
    assert e.wrong(**refresh(first["refresh_token"])) == (
        70000, "invalid_grant")
    third = e.good(**refresh(second["refresh_token"]))
    assert e.wrong(**refresh("1.A")) == (70000, "invalid_grant")
    assert e.wrong(**refresh(third["access_token"])) == (
        70000, "invalid_grant")
    assert e.wrong(**refresh(third["refresh_token"],
                             client_id="app-secret")) == (
        7000218, "invalid_client")
    tokens.command("revoke anna")
    assert e.wrong(**refresh(third["refresh_token"])) == (
        50173, "invalid_grant")
    fourth = signed_in(tokens, e)
    tokens.command("option now=2026-07-02T09:00:00")
    assert e.wrong(**refresh(fourth["refresh_token"])) == (
        700082, "invalid_grant")


def test_consent(tokens):
    e = entra.Endpoint(tokens)
    tokens.command("app app-device scopes=Mail.Read")
    code = e.device()
    tokens.command(f"approve {code['user_code']} anna")
    status, answer, _ = e.post({
        "client_id": "app-device", "grant_type": entra.DEVICE,
        "device_code": code["device_code"]})
    assert status == 400 and answer["error_codes"] == [65001]
    assert answer["suberror"] == "consent_required"


@pytest.mark.parametrize("code", [
    700016, 90002, 7000215, 7000222, 700027, 65001, 50076, 53003, 700082,
    50126, 70043])
def test_asked_for_errors(tokens, code):
    e = entra.Endpoint(tokens)
    form = {"client_id": "app-secret", "client_secret": "s3cret",
            "scope": entra.EWS, "grant_type": "client_credentials"}
    tokens.command(f"tokenfault grant=client_credentials code={code}"
                   " after=1 times=1")
    e.good(**form)
    assert e.wrong(**form)[0] == code
    e.good(**form)


def test_endpoint_is_busy(tokens):
    e = entra.Endpoint(tokens)
    form = {"client_id": "app-secret", "client_secret": "s3cret",
            "scope": entra.EWS, "grant_type": "client_credentials"}
    tokens.commands("tokenfault status=429 retry_after=17\n"
                    "tokenfault status=503 type=text/plain body=later\n"
                    "tokenfault error=slow_down\n")
    status, _, headers = e.post(form)
    assert (status, headers["Retry-After"]) == (429, "17")
    assert e.post(form)[:2] == (503, b"later")
    assert e.post(form)[1]["error"] == "slow_down"
    e.good(**form)


# --- tokens at EWS --------------------------------------------------------

def test_application_must_impersonate(tokens):
    token = entra.Endpoint(tokens).secret()
    link = Link(tokens)
    status, _, _, answer = link.ask(f"Bearer {token}",
                                    anchor="ben@contoso.example")
    assert status == 500
    assert answer.code == "ErrorInvalidExchangeImpersonationHeaderData"
    status, _, _, answer = as_app(token, link, anchor=False)
    assert status == 500
    assert answer.code == "ErrorInvalidExchangeImpersonationHeaderData"
    assert as_app(token, link)[0] == 200


def test_user_has_the_own_mailbox_alone(tokens):
    token = signed_in(tokens, entra.Endpoint(tokens))["access_token"]
    link = Link(tokens)
    assert link.status(f"Bearer {token}") == 200
    status, _, _, answer = as_app(token, link)
    assert status == 500 and answer.code == "ErrorImpersonateUserDenied"


def refused(link, token):
    """The number in x-ms-diagnostics of a 401."""
    status, offers, headers, _ = as_app(token, link)
    assert status == 401, status
    assert offers[0].endswith(', error="invalid_token"')
    number, _, rest = headers["x-ms-diagnostics"].partition(";")
    assert rest.startswith('reason="') and ';error_category="' in rest
    return int(number)


def test_tokens_that_are_refused(tokens):
    e, link = entra.Endpoint(tokens), Link(tokens)
    tokens.command("option now=2026-03-02T09:00:00 token_seconds=60")
    token = e.secret()
    assert as_app(token, link)[0] == 200
    assert refused(link, token[:-4] + "AAAA") == 2000000
    assert refused(link, "nonsense") == 2000001
    assert refused(link, e.secret(
        scope="https://graph.microsoft.com/.default")) == 2000003
    assert refused(link, e.secret("app-mail")) == 2000008
    tokens.command("app app-other secret=o tenant=fabrikam.example")
    assert refused(link, entra.Endpoint(tokens, "fabrikam.example").secret(
        "app-other", "o")) == 2000004
    tokens.command("app app-secret disabled=1")
    assert refused(link, token) == 2000006
    assert e.wrong(client_id="app-secret", client_secret="s3cret",
                   scope=entra.EWS, grant_type="client_credentials")[0] \
        == 7000112
    tokens.command("app app-secret disabled=0")
    assert as_app(token, link)[0] == 200
    tokens.command("option now=2026-03-02T09:01:00")
    assert refused(link, token) == 2000002
    refresh = signed_in(tokens, e)["refresh_token"]
    assert refused(link, refresh) == 2000001


def test_policy(tokens):
    token = entra.Endpoint(tokens).secret()
    for policy, words in (("disabled", "EWS is disabled for"),
                          ("blocked", "EWS is blocked by policy for")):
        tokens.command(f"option ews_policy={policy}")
        status, _, headers, _ = as_app(token, Link(tokens))
        assert status == 403
        assert headers["X-EWS-Policy-Reason"].startswith(words)


def test_no_secret_in_the_log(tokens):
    e = entra.Endpoint(tokens)
    token = e.secret()
    got = signed_in(tokens, e)
    as_app(token, Link(tokens))
    with open(tokens.log_path, encoding="utf-8") as f:
        text = f.read()
    assert "app-secret" in text
    for secret in ("s3cret", token, got["access_token"],
                   got["refresh_token"]):
        assert secret not in text
