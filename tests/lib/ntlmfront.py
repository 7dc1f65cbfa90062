"""A front that asks for NTLM and hands on to the simulator what is logged in.

Run as a program of its own, since GSSAPI reads its accounts from the
environment:

    ntlmfront.py JSON       an object with
        acceptor    "gss" (gss-ntlmssp), "samba" (ntlm_auth), or "none":
                    NTLM is not offered
        epa         "off", "allow" or "require": Extended Protection
        cert, key   PEM files; absent: plain HTTP
        binding     hex of the hash that a login must be bound to
        to          the simulator's port (plain HTTP)
        inner       the value of Authorization for the simulator
        ready       the file that its own port is written to
        log         JSON lines: what each request was, and what became of it
        offers      values of WWW-Authenticate besides NTLM
        keep        false: the connection ends with each answer
        closes      it ends with each n-th answer to a request that is
                    logged in
        forget      the connection's login is forgotten with each n-th request
        basic       a value of Authorization that is accepted at once
        samba       the arguments of ntlm_auth
        samba_env   its environment, besides the front's own
"""

import base64
import http.client
import http.server
import json
import os
import socketserver
import ssl
import subprocess
import sys
import threading

HOW = json.loads(sys.argv[1])
LOCK = threading.Lock()
MODE = HOW.get("epa", "off")


class Refused(Exception):
    """The login is wrong."""


class Gss:
    """gss-ntlmssp as the acceptor of one login."""

    def __init__(self):
        import gssapi
        from gssapi.raw import ChannelBindings, RequirementFlag
        self.error = gssapi.exceptions.GSSError
        self.flag = RequirementFlag.channel_bound
        mech = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
        expected = None
        if MODE != "off":
            expected = ChannelBindings(
                application_data=b"tls-server-end-point:"
                + bytes.fromhex(HOW["binding"]))
        self.context = gssapi.SecurityContext(
            usage="accept", channel_bindings=expected,
            creds=gssapi.Credentials(usage="accept", mechs=[mech]))

    def step(self, token):
        """The next token; None when the login is complete."""
        try:
            out = self.context.step(token)
        except self.error as error:
            raise Refused(str(error)[:200]) from error
        if not self.context.complete:
            return out
        self.bound = self.flag in self.context.actual_flags
        if MODE == "require" and not self.bound:
            raise Refused("no channel binding")
        self.who = str(self.context.initiator_name).rstrip("\0")
        return None

    def close(self):
        """Nothing to end."""


class Samba:
    """Samba's ntlm_auth as the acceptor of one login."""

    bound = False

    def __init__(self):
        self.process = subprocess.Popen(
            ["ntlm_auth", *HOW["samba"],
             "--helper-protocol=squid-2.5-ntlmssp"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **HOW.get("samba_env", {})})
        self.first = True

    def step(self, token):
        word = "YR" if self.first else "KK"
        self.first = False
        self.process.stdin.write(
            f"{word} {base64.b64encode(token).decode()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer.startswith("TT "):
            return base64.b64decode(answer[3:])
        if not answer.startswith("AF "):
            raise Refused(answer)
        self.who = answer[3:]
        return None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def setup(self):
        super().setup()
        self.who = self.login = self.bound = None
        self.served = 0
        with LOCK:
            Front.count += 1
            self.number = Front.count

    def finish(self):
        self.end_login()
        super().finish()
        if HOW.get("closes") and "cert" in HOW:
            self.say_goodbye()

    def say_goodbye(self):
        """OpenSSL forgets the session of a connection that ends without
        close_notify."""
        try:
            self.connection.unwrap()
        except (OSError, ValueError):
            pass

    def end_login(self):
        if self.login is not None:
            self.login.close()
        self.login = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.headers.get("Authorization", "")
        entry = {"connection": self.number, "body": len(body),
                 "given": given.split(" ")[0], "type": 0, "why": "",
                 "resumed": getattr(self.connection, "session_reused", None)}
        forget = HOW.get("forget")
        if forget and self.who is not None and self.served % forget == 0:
            self.who = None
        if given and given == HOW.get("basic"):
            self.who = "basic"
        elif given.startswith("NTLM "):
            token = base64.b64decode(given[5:])
            entry["type"] = token[8]
            entry["size"] = len(token)
            if HOW["acceptor"] != "none" and self.negotiate(token, entry):
                return
        elif given:
            entry["why"] = "wrong"
            self.who = None
        entry["who"], entry["bound"] = self.who, self.bound
        if self.who is None:
            self.refuse("NTLM" if HOW["acceptor"] != "none" else "", entry)
        else:
            self.hand_on(body, entry)

    def negotiate(self, token, entry):
        """True: the request was answered by a challenge."""
        if self.login is None or token[8] == 1:
            self.end_login()
            self.who = None
            self.login = Samba() if HOW["acceptor"] == "samba" else Gss()
        try:
            out = self.login.step(token)
        except Refused as why:
            entry["why"] = str(why)
            self.end_login()
            return False
        if out is not None:
            self.refuse("NTLM " + base64.b64encode(out).decode(), entry)
            return True
        self.who, self.bound = self.login.who, self.login.bound
        self.end_login()
        return False

    def note(self, status, entry):
        entry["status"] = status
        with LOCK, open(HOW["log"], "a", encoding="utf-8") as f:
            f.write(json.dumps(entry) + "\n")

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        closes = HOW.get("closes")
        if not HOW.get("keep", True) or (
                closes and self.served and self.served % closes == 0):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, challenge, entry):
        self.note(401, entry)
        self.answer(401, [("WWW-Authenticate", v) for v in
                          [challenge, *HOW.get("offers", [])] if v], b"no")

    def hand_on(self, body, entry):
        self.served += 1
        inner = http.client.HTTPConnection("127.0.0.1", HOW["to"],
                                           timeout=120)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() not in ("authorization", "host",
                                        "content-length", "connection")}
        headers["Authorization"] = HOW["inner"]
        inner.request("POST", self.path, body, headers)
        got = inner.getresponse()
        data = got.read()
        self.note(got.status, entry)
        self.answer(got.status, [
            (k, v) for k, v in got.getheaders()
            if k.lower() not in ("content-length", "connection",
                                 "transfer-encoding")], data)
        inner.close()

    def log_message(self, *_):
        """The log is our own."""


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is no error."""


def main():
    server = Server(("127.0.0.1", 0), Front)
    if "cert" in HOW:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(HOW["cert"], HOW["key"])
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
    with open(HOW["ready"], "w", encoding="ascii") as f:
        f.write(f"{server.server_address[1]}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
