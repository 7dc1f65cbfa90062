"""exsync logs in by NTLMv2 to acceptors that nobody here wrote.

gss-ntlmssp (with Extended Protection off, allowed and required), Samba and
Apache's mod_auth_gssapi check the login; behind them the simulator is the
mailbox, so that what is proved is whole passes.
"""

import base64
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

BINARY = os.environ.get("EXSYNC", os.path.join(exsim.TOP, "exsync"))
FRONT = os.path.join(exsim.TOP, "tests", "lib", "ntlmfront.py")
USER = "CONTOSO\\j\u00f6rg"
PASSWORD = "P\u00e4ssw\u00f6rd \u042f 1"
MAILS = 5
NAMES = ("anna", "bert", "carl", "dora")
INNER = "Basic " + base64.b64encode(
    f"{exsim.USER}:{exsim.PASSWORD}".encode()).decode()

INI = """\
[exsync]
database = exsync.db
[directory]
users = users.csv
"""
PROFILE = """\
[profile {name}]
url = {url}
auth = {auth}
username = {user}
password_env = NTLM_TEST_PASSWORD
domains = contoso.example
max_connections = {connections}
{more}
"""

# openssl req -x509 -newkey ..., and the hash of RFC 5929 4.1
CERTIFICATES = {
    "sha1": (["rsa:2048", "-sha1"], "sha256"),
    "sha256": (["rsa:2048", "-sha256"], "sha256"),
    "sha384": (["rsa:2048", "-sha384"], "sha384"),
    "sha512": (["rsa:2048", "-sha512"], "sha512"),
    "ecdsa": (["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha256"],
              "sha256"),
}


def has_gss():
    done = subprocess.run(
        [sys.executable, "-c", "import gssapi\n"
         "m = gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10')\n"
         "gssapi.Credentials(usage='accept', mechs=[m])"],
        env={**os.environ, "NTLM_USER_FILE": "/dev/null"},
        capture_output=True, check=False, timeout=60)
    return done.returncode == 0


needs_gss = pytest.mark.skipif(
    not has_gss(), reason="needs gss-ntlmssp and python3-gssapi")


class Certificate:
    def __init__(self, directory, name):
        how, digest = CERTIFICATES[name]
        self.cert = os.path.join(directory, f"{name}.pem")
        self.key = os.path.join(directory, f"{name}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *how, "-nodes",
             "-keyout", self.key, "-out", self.cert, "-days", "30",
             "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True, timeout=120)
        with open(self.cert, encoding="ascii") as f:
            der = ssl.PEM_cert_to_DER_cert(f.read())
        self.binding = hashlib.new(digest, der).hexdigest()
        self.pin = hashlib.sha256(der).hexdigest()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    directory = str(tmp_path_factory.mktemp("certificates"))
    return {name: Certificate(directory, name) for name in CERTIFICATES}


class Scene:
    """The simulator, what stands in front of it, and exsync's directory."""

    def __init__(self, directory):
        self.directory = str(directory)
        self.home = os.path.join(self.directory, "home")
        os.mkdir(self.home)
        self.sim = exsim.Sim(self.directory, plain=True)
        rows = "crm_id,address,name\n"
        for n, name in enumerate(NAMES):
            self.sim.commands(
                f"mailbox {name}@contoso.example\n"
                f"generate {name}@contoso.example @inbox {MAILS} 2000\n")
            rows += f"u{n},{name}@contoso.example,{name}\n"
        self.write("users.csv", rows)
        self.log_path = os.path.join(self.directory, "front.log")
        self.processes = []
        self.directories = []
        self.env = {"NTLM_TEST_PASSWORD": PASSWORD}
        self.mails = MAILS * len(NAMES)

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w",
                  encoding="utf-8") as f:
            f.write(text)

    def launch(self, command, env=None):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})},
            cwd=self.directory)
        self.processes.append(process)
        return process

    def start(self, command, ready, env=None):
        """Starts a server; returns what it writes to the file ready."""
        process = self.launch(command, env)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, command
            try:
                with open(ready, encoding="ascii") as f:
                    text = f.read()
            except FileNotFoundError:
                text = ""
            if text.endswith("\n"):
                return text.strip()
            time.sleep(0.01)
        raise AssertionError(f"{command} did not get ready")

    def open_directory(self):
        """One that servers with a user of their own may enter."""
        path = tempfile.mkdtemp(prefix="exsync-ntlm-", dir="/tmp")
        os.chmod(path, 0o755)
        self.directories.append(path)
        return path

    def wait(self, there):
        """Until the server that was started last is there."""
        deadline = time.monotonic() + 60
        while not there():
            assert self.processes[-1].poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def front(self, certificate=None, user=USER, env=None, **how):
        """Starts the front; returns its url and the pin, if it has TLS."""
        ready = os.path.join(self.directory, f"ready{len(self.processes)}")
        accounts = os.path.join(self.directory, "accounts")
        domain, _, name = user.rpartition("\\")
        with open(accounts, "w", encoding="utf-8") as f:
            f.write(f"{domain}:{name}:{PASSWORD}\n")
        how = {"acceptor": "gss", "to": self.sim.parts.port, "inner": INNER,
               "ready": ready, "log": self.log_path, **how}
        if certificate is not None:
            how = {"cert": certificate.cert, "key": certificate.key,
                   "binding": certificate.binding, **how}
        port = self.start(
            [sys.executable, FRONT, json.dumps(how)], ready,
            {"NTLM_USER_FILE": accounts, "NETBIOS_COMPUTER_NAME": "EX01",
             "NETBIOS_DOMAIN_NAME": "CONTOSO", **(env or {})})
        scheme = "http" if certificate is None else "https"
        return f"{scheme}://localhost:{port}/EWS/Exchange.asmx"

    def ini(self, url, certificate=None, user=USER, connections=2, auth="ntlm",
            others=""):
        more = f"tls_pin = sha256:{certificate.pin}" if certificate else ""
        self.write("exsync.ini", INI + PROFILE.format(
            name="hq", url=url, auth=auth, user=user, more=more,
            connections=connections) + others)

    def run(self, *words):
        done = subprocess.run(
            [BINARY, "-c", "exsync.ini", *(words or ("--once",))],
            cwd=self.home, capture_output=True, text=True, check=False,
            env={**os.environ, **self.env}, timeout=300)
        for text in (done.stdout, done.stderr):
            assert self.env["NTLM_TEST_PASSWORD"] not in text
        return done

    def good(self):
        """A pass that must read everything."""
        done = self.run()
        assert done.returncode == 0, done.stderr
        assert self.stored() == self.mails, done.stderr
        return done

    def stored(self):
        path = os.path.join(self.home, "exsync.db")
        with sqlite3.connect(path) as db:
            return db.execute("SELECT count(*) FROM email_copy").fetchone()[0]

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8") as f:
                return [json.loads(line) for line in f]
        except FileNotFoundError:
            return []

    def judged(self):
        """The logins that were judged: all of them, and the wrong ones."""
        all_of_them = [e for e in self.log()
                       if e["type"] == 3 or e["given"] == "Basic"]
        return all_of_them, [e for e in all_of_them if e["status"] == 401]

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)
        for path in self.directories:
            shutil.rmtree(path)
        self.sim.stop()


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path)
    yield made
    made.stop()


def check_handshakes(log):
    """Each connection: 40 bytes without a body, the answer with it, then
    nothing but bodies."""
    connections = {}
    for entry in log:
        connections.setdefault(entry["connection"], []).append(entry)
    for entries in connections.values():
        assert [e["type"] for e in entries[:2]] == [1, 3]
        assert entries[0]["size"] == 40
        assert entries[0]["body"] == 0 and entries[0]["status"] == 401
        assert all(e["body"] > 0 and e["status"] == 200
                   for e in entries[1:])
        assert all(e["given"] == "" for e in entries[2:])
    return len(connections)


@needs_gss
@pytest.mark.parametrize("mode", ["off", "allow", "require"])
@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_extended_protection(scene, certificates, name, mode):
    certificate = certificates[name]
    url = scene.front(certificate, epa=mode)
    scene.ini(url, certificate, connections=1)
    scene.good()
    logins, wrong = scene.judged()
    assert len(logins) == 1 and not wrong
    assert all(e["bound"] == (mode != "off") for e in logins)
    assert all(e["who"] == USER for e in logins)
    assert check_handshakes(scene.log()) == 1
    # and the login outlives many requests
    assert len(scene.log()) > 2 * len(NAMES)


@needs_gss
def test_many_connections(scene, certificates):
    """Each connection has a login of its own."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa="require")
    scene.ini(url, certificate, connections=4)
    scene.good()
    logins, wrong = scene.judged()
    assert len(logins) > 1 and not wrong
    assert check_handshakes(scene.log()) == len(logins)


@needs_gss
@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_resumed(scene, certificates, name):
    """A resumed TLS session shows no certificate, and the login is bound to
    that of its first handshake."""
    certificate = certificates[name]
    url = scene.front(certificate, epa="require", closes=2)
    scene.ini(url, certificate, connections=1)
    scene.good()
    logins, wrong = scene.judged()
    assert len(logins) > 2 and not wrong
    assert all(e["bound"] for e in logins)
    assert [e["resumed"] for e in logins] == [
        number > 0 for number in range(len(logins))]


@needs_gss
@pytest.mark.parametrize("mode", ["off", "allow", "require"])
def test_other_certificate(scene, certificates, mode):
    """TLS ends in front of the server, with another certificate."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa=mode,
                      binding=certificates["sha384"].binding)
    scene.ini(url, certificate)
    if mode == "off":
        scene.good()
        return
    done = scene.run()
    assert done.returncode == 3, done.stderr
    assert "the same certificate is needed there" in done.stderr
    logins, wrong = scene.judged()
    assert len(logins) == len(wrong) == 2


@needs_gss
def test_plain_http(scene, certificates):
    """Without TLS there is nothing to be bound to."""
    url = scene.front(epa="require",
                      binding=certificates["sha256"].binding)
    scene.ini(url)
    done = scene.run()
    assert done.returncode == 3, done.stderr
    assert "only https:// can log in" in done.stderr
    assert len(scene.judged()[1]) == 2


@needs_gss
@pytest.mark.parametrize("mode", ["off", "allow"])
def test_plain_http_allowed(scene, certificates, mode):
    url = scene.front(epa=mode, binding=certificates["sha256"].binding)
    scene.ini(url)
    scene.good()


@needs_gss
def test_letter_case(scene, certificates):
    """The name's capitals are what its key is made of."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa="require")
    scene.ini(url, certificate, user="CONTOSO\\J\u00d6RG")
    scene.good()


@needs_gss
def test_principal_name(scene, certificates):
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa="require",
                      user="j\u00f6rg@contoso.example")
    scene.ini(url, certificate, user="j\u00f6rg@contoso.example")
    scene.good()


@needs_gss
def test_wrong_password(scene, certificates):
    """Two wrong logins in a pass; then it waits, and a new one is tried."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa="require")
    scene.ini(url, certificate, connections=10)
    scene.env["NTLM_TEST_PASSWORD"] = "not this one"
    done = scene.run()
    assert done.returncode == 3
    assert "rejects the user name or the password of CONTOSO" in done.stderr
    assert len(scene.judged()[1]) == 2
    scene.run()
    assert len(scene.judged()[1]) == 2
    scene.env["NTLM_TEST_PASSWORD"] = PASSWORD
    scene.good()
    assert len(scene.judged()[1]) == 2


@needs_gss
def test_auto(scene, certificates):
    """auth = auto takes NTLM though Basic is offered as well, and a password
    that is refused by one is not tried with the other."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, epa="require", basic="Basic never",
                      offers=["Basic", "NTLM"])
    scene.ini(url, certificate, auth="auto", connections=1)
    scene.good()
    logins, wrong = scene.judged()
    assert len(logins) == 1 and not wrong
    assert check_handshakes(scene.log()) == 1
    scene.env["NTLM_TEST_PASSWORD"] = "not this one"
    assert scene.run().returncode == 3
    logins, wrong = scene.judged()
    assert len(wrong) == 2 and len(logins) == 3


@needs_gss
def test_schemes_count_together(scene, certificates):
    """One account, used by NTLM and by Basic: two wrong logins in all."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, basic="Basic never", offers=["Basic"])
    more = (f"tls_pin = sha256:{certificate.pin}\n"
            "mailboxes = listed\n[mailbox e]\nprofile = other\n"
            "address = emil@contoso.example\n")
    scene.ini(url, certificate, others=PROFILE.format(
        name="other", url=url, auth="basic", user=USER, more=more,
        connections=2))
    scene.env["NTLM_TEST_PASSWORD"] = "not this one"
    assert scene.run().returncode == 3
    logins, wrong = scene.judged()
    assert len(logins) == len(wrong) == 2


def test_not_offered(scene):
    """No wrong login: the name was never sent."""
    url = scene.front(acceptor="none", offers=["Negotiate", "Basic"])
    scene.ini(url)
    done = scene.run()
    assert done.returncode == 3
    assert "does not take NTLM here; it offers Negotiate, Basic" \
        in done.stderr
    assert [e["type"] for e in scene.log()] == [1]


@needs_gss
def test_keep_alive_off(scene, certificates):
    certificate = certificates["sha256"]
    url = scene.front(certificate, keep=False)
    scene.ini(url, certificate)
    done = scene.run()
    assert done.returncode == 3
    assert "keep-alive must be on" in done.stderr
    assert not scene.judged()[0]


@needs_gss
def test_not_kept(scene, certificates):
    """The login is forgotten with each request: told, and no wrong login."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, forget=1)
    scene.ini(url, certificate, connections=1)
    done = scene.run()
    assert done.returncode == 3, done.stderr
    assert "something between exsync and the server does not keep it" \
        in done.stderr
    logins, wrong = scene.judged()
    assert len(logins) == 2 and not wrong


@needs_gss
def test_lost_now_and_then(scene, certificates):
    """It is forgotten now and then: each time replaced, all mail is read."""
    certificate = certificates["sha256"]
    url = scene.front(certificate, forget=3)
    scene.ini(url, certificate, connections=1)
    scene.good()
    logins, wrong = scene.judged()
    assert len(logins) > 1 and not wrong


APACHE = """\
ServerRoot {directory}
ServerName localhost
PidFile {directory}/pid
Listen 127.0.0.1:{port}
User www-data
Group www-data
ErrorLog {directory}/error.log
KeepAlive On
MaxKeepAliveRequests 0
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule auth_gssapi_module {modules}/mod_auth_gssapi.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LogFormat "%k %>s %{{Content-Length}}i %u" served
CustomLog {directory}/served.log served
SSLEngine On
SSLCertificateFile {cert}
SSLCertificateKeyFile {key}
ProxyPass /EWS http://127.0.0.1:{to}/EWS
<Location /EWS>
    AuthType GSSAPI
    AuthName EWS
    GssapiAllowedMech ntlmssp
    GssapiConnectionBound On
    Require valid-user
    RequestHeader set Authorization "{inner}"
</Location>
"""
MODULES = "/usr/lib/apache2/modules"
APACHE2 = shutil.which("apache2", path="/usr/sbin:/usr/bin")
needs_apache = pytest.mark.skipif(
    APACHE2 is None
    or not os.path.exists(os.path.join(MODULES, "mod_auth_gssapi.so")),
    reason="needs apache2-bin and libapache2-mod-auth-gssapi")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Apache:
    """Apache in front of the simulator, which it logs in to by Basic."""

    def __init__(self, scene, certificate):
        directory = scene.open_directory()
        accounts = os.path.join(directory, "accounts")
        conf = os.path.join(directory, "httpd.conf")
        self.log_path = os.path.join(directory, "served.log")
        port = free_port()
        with open(accounts, "w", encoding="utf-8") as f:
            f.write(f"CONTOSO:anna:{PASSWORD}\n")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(APACHE.format(
                directory=directory, port=port, modules=MODULES,
                cert=certificate.cert, key=certificate.key,
                to=scene.sim.parts.port, inner=INNER))
        scene.launch([APACHE2, "-D", "FOREGROUND", "-f", conf],
                     {"NTLM_USER_FILE": accounts,
                      "NETBIOS_COMPUTER_NAME": "EX01",
                      "NETBIOS_DOMAIN_NAME": "CONTOSO"})
        scene.wait(lambda: is_open(port))
        self.url = f"https://localhost:{port}/EWS/Exchange.asmx"

    def served(self):
        """(nth on its connection, status, length, user) of each request."""
        with open(self.log_path, encoding="utf-8") as f:
            return [(int(n), int(status), length, user) for
                    n, status, length, user in map(str.split, f)]


@needs_gss
@needs_apache
def test_apache(scene, certificates):
    certificate = certificates["sha256"]
    apache = Apache(scene, certificate)
    scene.ini(apache.url, certificate, user="CONTOSO\\anna", connections=1)
    scene.good()
    served = apache.served()
    assert served[0][:3] == (0, 401, "0")
    assert [n for n, *_ in served] == list(range(len(served)))
    assert all(status == 200 and length != "0" and "anna" in user
               for _, status, length, user in served[1:])


@needs_gss
@needs_apache
def test_apache_wrong_password(scene, certificates):
    certificate = certificates["sha256"]
    apache = Apache(scene, certificate)
    scene.ini(apache.url, certificate, user="CONTOSO\\anna")
    scene.env["NTLM_TEST_PASSWORD"] = "not this one"
    done = scene.run()
    assert done.returncode == 3
    assert "rejects the user name or the password" in done.stderr
    # two logins of two rounds
    assert [status for _, status, *_ in apache.served()] == [401] * 4


SAMBA = """\
[global]
workgroup = CONTOSO
netbios name = EX01
server role = standalone server
ntlm auth = ntlmv2-only
passdb backend = tdbsam:{directory}/private/passdb.tdb
private dir = {directory}/private
lock directory = {directory}/lock
state directory = {directory}/state
cache directory = {directory}/cache
pid directory = {directory}/pid
ncalrpc dir = {directory}/run
winbindd socket directory = {directory}/wb
log file = {directory}/log/%m.log
interfaces = lo
bind interfaces only = yes
disable netbios = yes
"""
# MD4 is off in OpenSSL 3, and Samba takes it from there.
OPENSSL = """\
openssl_conf = i
[i]
providers = p
[p]
default = d
legacy = d
[d]
activate = 1
"""
needs_samba = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, (
        "winbindd", "ntlm_auth", "smbpasswd", "wbinfo")))
    or not shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin")
    or "libnss_wrapper.so" not in subprocess.run(
        ["/sbin/ldconfig", "-p"], capture_output=True, text=True,
        check=False, timeout=60).stdout,
    reason="needs root and tests/setup.sh samba")


def start_samba(scene):
    """A standalone server with one account, and no Unix user for it."""
    directory = scene.open_directory()
    for name in ("private", "lock", "state", "cache", "pid", "log", "run",
                 "wb"):
        os.mkdir(os.path.join(directory, name))
    conf = os.path.join(directory, "smb.conf")
    openssl = os.path.join(directory, "openssl.cnf")
    env = {"LD_PRELOAD": "libnss_wrapper.so", "OPENSSL_CONF": openssl,
           "SELFTEST_WINBINDD_SOCKET_DIR": os.path.join(directory, "wb")}
    for name, line in (
            ("passwd", "anna:x:20001:20001::/nonexistent:/bin/false\n"),
            ("group", "anna:x:20001:\n")):
        path = os.path.join(directory, name)
        with open(f"/etc/{name}", encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text + line)
        env[f"NSS_WRAPPER_{name.upper()}"] = path
    with open(conf, "w", encoding="utf-8") as f:
        f.write(SAMBA.format(directory=directory))
    with open(openssl, "w", encoding="utf-8") as f:
        f.write(OPENSSL)
    subprocess.run(
        ["smbpasswd", "-c", conf, "-a", "-s", "anna"], check=True,
        input=f"{PASSWORD}\n{PASSWORD}\n".encode(), capture_output=True,
        env={**os.environ, **env}, timeout=60)
    scene.launch(["winbindd", "-F", "--debug-stdout", "--no-process-group",
                  "-s", conf], env)
    scene.wait(lambda: subprocess.run(
        ["wbinfo", "-p"], capture_output=True, check=False,
        env={**os.environ, **env}, timeout=60).returncode == 0)
    return {"acceptor": "samba", "samba": [f"--configfile={conf}"],
            "samba_env": env}


@needs_samba
@pytest.mark.parametrize("user", ["EX01\\anna", "ex01\\ANNA"])
def test_samba(scene, certificates, user):
    certificate = certificates["sha256"]
    url = scene.front(certificate, **start_samba(scene))
    scene.ini(url, certificate, user=user)
    scene.good()
    logins, wrong = scene.judged()
    assert logins and not wrong
    assert check_handshakes(scene.log()) == len(logins)


@needs_samba
def test_samba_wrong_password(scene, certificates):
    certificate = certificates["sha256"]
    url = scene.front(certificate, **start_samba(scene))
    scene.ini(url, certificate, user="EX01\\anna")
    scene.env["NTLM_TEST_PASSWORD"] = "not this one"
    done = scene.run()
    assert done.returncode == 3
    wrong = scene.judged()[1]
    assert len(wrong) == 2
    assert all("LOGON_FAILURE" in e["why"] or "WRONG_PASSWORD" in e["why"]
               for e in wrong)
