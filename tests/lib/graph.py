"""Microsoft Graph at the simulator, from a test: tokens, requests, and the
judge of all that was said (tests/proof/graphcheck.mjs)."""

import http.client
import json
import os
import ssl
import subprocess
import urllib.parse

import entra
import exsim

NODE_DIR = os.environ.get(
    "EXSYNC_GRAPH_DIR", os.path.join(exsim.TOP, "build", "graph"))
PROOF = os.path.join(exsim.TOP, "tests", "proof")
GRAPH = "https://graph.microsoft.com/.default"
IMMUTABLE = 'IdType="ImmutableId"'


def has_node():
    """Are Microsoft's clients there, and node?"""
    try:
        subprocess.run(["node", "--version"], check=True, timeout=60,
                       capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return all(os.path.isdir(os.path.join(
        NODE_DIR, "node_modules", "@microsoft", name))
        for name in ("microsoft-graph-client", "msgraph-sdk",
                     "msgraph-sdk-users"))


def run_node(script, *args, text=None):
    """Its exit status and the JSON of its last line."""
    done = subprocess.run(
        ["node", os.path.join(PROOF, script), *args], input=text,
        capture_output=True, text=True, timeout=300,
        env={**os.environ, "NODE_DIR": NODE_DIR,
             "NODE_EXTRA_CA_CERTS": exsim.CA})
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise AssertionError(done.stderr)
    return done.returncode, json.loads(lines[-1])


def judge(text):
    """What the generated client says of lines of the log: (exit status, the
    object of counts and complaints)."""
    return run_node("graphcheck.mjs", text=text)


def judge_log(sim):
    with open(sim.log_path, encoding="utf-8") as f:
        return judge(f.read())


def app_token(sim, client, secret):
    return entra.Endpoint(sim).post({
        "grant_type": "client_credentials", "client_id": client,
        "client_secret": secret, "scope": GRAPH})[1]["access_token"]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.bytes = response.read()
        kind = self.headers.get("Content-Type") or ""
        self.json = (json.loads(self.bytes)
                     if kind.startswith("application/json") else None)

    @property
    def code(self):
        return self.json["error"]["code"]

    @property
    def value(self):
        return self.json["value"]


class Client:
    """One connection with one token."""

    def __init__(self, sim, token, prefer=None):
        self.parts = sim.parts
        self.token = token
        self.prefer = prefer
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def send(self, method, path, body=None, headers=None):
        if path.startswith("http"):
            parts = urllib.parse.urlsplit(path)
            assert parts.netloc == self.parts.netloc, path
            path = parts.path + ("?" + parts.query if parts.query else "")
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                self.parts.hostname, self.parts.port, timeout=120,
                context=ssl.create_default_context(cafile=exsim.CA))
        fields = {"Authorization": "Bearer " + self.token}
        if self.prefer:
            fields["Prefer"] = self.prefer
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = json.dumps(body)
        fields.update(headers or {})
        self.connection.request(method, path, body, {
            k: v for k, v in fields.items() if v is not None})

    def receive(self):
        return Answer(self.connection.getresponse())

    def get(self, path, **headers):
        self.send("GET", path, headers={
            k.replace("_", "-"): v for k, v in headers.items()})
        return self.receive()

    def post(self, path, body):
        self.send("POST", path, body)
        return self.receive()

    def batch(self, *urls, headers=None, more=None):
        """{id: response} and the answer; ids are 0, 1, …"""
        answer = self.post("/v1.0/$batch", {"requests": [
            {"id": str(i), "method": "GET", "url": url,
             **({"headers": headers} if headers else {}),
             **((more or {}).get(i, {}))}
            for i, url in enumerate(urls)]})
        rows = (answer.json or {}).get("responses", [])
        return {r["id"]: r for r in rows}, answer

    def rounds(self, path, **headers):
        """All rows from there on, and the deltaLink; at most 1,000 pages."""
        rows = []
        for _ in range(1000):
            answer = self.get(path, **headers)
            assert answer.status == 200, (answer.status, answer.bytes)
            rows += answer.value
            if "@odata.deltaLink" in answer.json:
                return rows, answer.json["@odata.deltaLink"]
            path = answer.json["@odata.nextLink"]
        raise AssertionError("no deltaLink")
