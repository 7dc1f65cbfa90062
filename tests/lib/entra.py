"""The simulator's token endpoint from a test: certificates, forms, and what
Microsoft's and others' libraries need."""

import base64
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import time
import urllib.parse
import uuid

import exsim

TENANT = "contoso.example"
EWS = "https://outlook.office365.com/.default"
DELEGATED = "https://outlook.office365.com/EWS.AccessAsUser.All offline_access"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
# tests/setup.sh oauth puts its packages there
NODE_DIR = os.environ.get(
    "EXSYNC_NODE_DIR", os.path.join(exsim.TOP, "build", "oauth"))


def has_node(package):
    """Is the package of npm there, and node?"""
    try:
        subprocess.run(["node", "--version"], check=True, timeout=60,
                       capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return os.path.isdir(os.path.join(NODE_DIR, "node_modules", package))


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hex_of(text):
    """base64url without padding as hexadecimal digits."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()


class Certificate:
    """An application's: self-signed, as Entra takes it."""

    def __init__(self, directory, name="app"):
        self.cert = os.path.join(directory, f"{name}.crt")
        self.key = os.path.join(directory, f"{name}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256",
             "-nodes", "-keyout", self.key, "-out", self.cert, "-days", "30",
             "-subj", f"/CN={name}"],
            check=True, capture_output=True, timeout=120)
        os.chmod(self.key, 0o600)
        with open(self.cert, encoding="ascii") as f:
            self.der = ssl.PEM_cert_to_DER_cert(f.read())
        self.x5t256 = b64url(hashlib.sha256(self.der).digest())
        self.x5t = b64url(hashlib.sha1(self.der).digest())

    def sign(self, data, alg):
        words = ["openssl", "dgst", f"-sha{alg[2:]}", "-sign", self.key]
        if alg.startswith("PS"):
            words += ["-sigopt", "rsa_padding_mode:pss",
                      "-sigopt", "rsa_pss_saltlen:digest"]
        return subprocess.run(words, input=data, check=True, timeout=60,
                              capture_output=True).stdout

    def assertion(self, client, url, alg="PS256", header=None, **claims):
        """A client assertion; a claim or a member of the header that is
        None is left out."""
        now = int(time.time())
        head = {"alg": alg, "typ": "JWT", "x5t#S256": self.x5t256,
                **(header or {})}
        body = {"aud": url, "iss": client, "sub": client, "iat": now,
                "nbf": now, "exp": now + 600, "jti": str(uuid.uuid4()),
                **claims}
        text = ".".join(
            b64url(json.dumps({k: v for k, v in part.items()
                               if v is not None}).encode())
            for part in (head, body))
        return f"{text}.{b64url(self.sign(text.encode(), alg))}"


class Endpoint:
    """Forms to the simulator's token endpoint."""

    def __init__(self, sim, tenant=TENANT):
        self.parts = sim.parts
        self.base = f"{sim.parts.scheme}://{sim.parts.netloc}/{tenant}"
        self.token_url = self.base + "/oauth2/v2.0/token"

    def post(self, form, path="token", headers=None, raw=None):
        """(status, the answer's object, its headers)"""
        if self.parts.scheme == "https":
            c = http.client.HTTPSConnection(
                self.parts.hostname, self.parts.port, timeout=60,
                context=ssl.create_default_context(cafile=exsim.CA))
        else:
            c = http.client.HTTPConnection(
                self.parts.hostname, self.parts.port, timeout=60)
        try:
            c.request("POST", f"{urllib.parse.urlsplit(self.base).path}"
                      f"/oauth2/v2.0/{path}",
                      raw if raw is not None
                      else urllib.parse.urlencode(form),
                      {"Content-Type": "application/x-www-form-urlencoded",
                       **(headers or {})})
            answer = c.getresponse()
            text = answer.read()
            kind = answer.headers.get("Content-Type", "")
            return (answer.status,
                    json.loads(text) if "json" in kind else text,
                    answer.headers)
        finally:
            c.close()

    def good(self, **form):
        status, answer, _ = self.post(form)
        assert status == 200, answer
        return answer

    def wrong(self, **form):
        """The AADSTS number and the error's name."""
        status, answer, _ = self.post(form)
        assert status in (400, 401), (status, answer)
        (code,) = answer["error_codes"]
        assert answer["error_description"].startswith(f"AADSTS{code}: ")
        return code, answer["error"]

    def secret(self, client="app-secret", secret="s3cret", scope=EWS):
        return self.good(client_id=client, client_secret=secret, scope=scope,
                         grant_type="client_credentials")["access_token"]

    def device(self, client="app-device", scope=DELEGATED):
        status, answer, _ = self.post(
            {"client_id": client, "scope": scope}, "devicecode")
        assert status == 200, answer
        return answer

    def poll(self, device_code, client="app-device"):
        status, answer, _ = self.post(
            {"client_id": client, "grant_type": DEVICE,
             "device_code": device_code})
        return answer.get("error") if status != 200 else answer


def msal(sim, **how):
    """Starts Microsoft's client; its output is read by the caller."""
    how = {"authority": Endpoint(sim).base, **how}
    return subprocess.Popen(
        ["node", os.path.join(exsim.TOP, "tests", "proof", "msal.cjs"),
         json.dumps(how)], text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "MSAL_DIR": NODE_DIR,
             "NODE_EXTRA_CA_CERTS": exsim.CA})


def msal_result(process):
    out, err = process.communicate(timeout=120)
    assert out, err
    return json.loads(out.splitlines()[-1])
