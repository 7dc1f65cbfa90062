"""A server that stands before the simulator and misbehaves when told to.

It terminates TLS, reads each request whole and passes it on; what it does
with the answer is its mode. The bytes of the answer are its own business:
nothing here goes through an HTTP library that would put them right."""

import gzip
import http.client
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import zlib
import urllib.parse

LOGIN = (b"<!DOCTYPE html>\r\n<html><head><title>Sign in</title></head><body>"
         b"<form action='/owa/auth.owa'>User name</form></body></html>\r\n")


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True,
                   stdin=subprocess.DEVNULL)


def make_ca(directory, name):
    base = os.path.join(directory, name)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256",
            "-days", "3650", "-subj", f"/CN=exsync test {name}",
            "-keyout", base + ".key", "-out", base + ".pem")


def make_cert(directory, ca, name, host, end="20400101000000Z"):
    """A server's certificate for host, valid from 2020 until end."""
    base = os.path.join(directory, name)
    ca = os.path.join(directory, ca)
    config = base + ".cnf"
    with open(config, "w", encoding="ascii") as f:
        f.write("[ca]\ndefault_ca=c\n[c]\n"
                f"database={base}.idx\nnew_certs_dir={directory}\n"
                f"rand_serial=yes\ndefault_md=sha256\npolicy=p\n"
                "copy_extensions=none\nunique_subject=no\nx509_extensions=e\n"
                "[p]\ncommonName=supplied\n"
                f"[e]\nsubjectAltName=DNS:{host}\n"
                "basicConstraints=CA:FALSE\n")
    open(base + ".idx", "w", encoding="ascii").close()
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-sha256", "-subj",
            f"/CN={host}", "-keyout", base + ".key", "-out", base + ".csr")
    openssl("ca", "-batch", "-config", config, "-cert", ca + ".pem",
            "-keyfile", ca + ".key", "-in", base + ".csr", "-notext",
            "-out", base + ".pem", "-startdate", "20200101000000Z",
            "-enddate", end)


def make_all(directory):
    """Two authorities, and a certificate for every way to be wrong."""
    make_ca(directory, "ca")
    make_ca(directory, "other-ca")
    make_cert(directory, "ca", "good", "localhost")
    make_cert(directory, "ca", "renewed", "localhost")
    make_cert(directory, "ca", "expired", "localhost", "20210101000000Z")
    make_cert(directory, "ca", "name", "somewhere.example")
    make_cert(directory, "other-ca", "unknown", "localhost")


def pin(directory, name):
    with open(os.path.join(directory, name + ".pem"), encoding="ascii") as f:
        der = ssl.PEM_cert_to_DER_cert(f.read())
    import hashlib
    return "sha256:" + hashlib.sha256(der).hexdigest()


class Gone(Exception):
    """The client closed the connection."""


class Badnet:
    """mode: how it misbehaves, None: not at all. only: requests of these
    operations; None: all. certs: the directory of make_all."""

    def __init__(self, upstream, upstream_ca, certs):
        self.parts = urllib.parse.urlsplit(upstream)
        self.context = ssl.create_default_context(cafile=upstream_ca) \
            if self.parts.scheme == "https" else None
        self.certs = certs
        self.mode, self.only = None, None
        self.cert = "good"
        self.heads = []         # of every request
        self.met = 0            # answers that were spoilt
        self.stopping = False
        self.port = 0
        self.listener = None
        self.open()
        self.url = f"https://localhost:{self.port}{self.parts.path}"

    def open(self):
        if self.listener is not None:
            return
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", self.port))
        s.listen(64)
        self.port = s.getsockname()[1]
        self.listener = s
        threading.Thread(target=self.accept, args=(s,), daemon=True).start()

    def shut(self):
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None

    def set(self, mode=None, only=None, cert="good"):
        self.mode, self.only, self.cert, self.met = mode, only, cert, 0
        if mode == "refuse":
            self.shut()
        else:
            self.open()

    def stop(self):
        self.stopping = True
        self.shut()

    def accept(self, listener):
        while True:
            try:
                s, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,),
                             daemon=True).start()

    # --- one connection -------------------------------------------------

    def serve(self, raw):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s = raw
        try:
            early = getattr(self, "early_" + str(self.mode), None)
            if early is not None and self.only is None:
                self.met += 1
                early(raw)
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            base = os.path.join(self.certs, self.cert)
            context.load_cert_chain(base + ".pem", base + ".key")
            s = context.wrap_socket(raw, server_side=True)
            self.converse(s)
        except (Gone, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            s.close()

    def converse(self, s):
        upstream, pending = None, b""
        while True:
            head, body, pending = self.read_request(s, pending)
            self.heads.append(head)
            action = self.action(head)
            if upstream is None:
                upstream = self.connect()
            if self.mode is not None and \
                    (self.only is None or action in self.only):
                spoil = getattr(self, "late_" + self.mode, None)
                if spoil is not None:
                    self.met += 1
                    if spoil(s, lambda: self.ask(upstream, head, body)):
                        continue
                    return
            s.sendall(self.whole(*self.ask(upstream, head, body)))

    def connect(self):
        kind = http.client.HTTPSConnection if self.context is not None \
            else http.client.HTTPConnection
        extra = {"context": self.context} if self.context is not None else {}
        return kind(self.parts.hostname, self.parts.port, timeout=60, **extra)

    @staticmethod
    def read_request(s, data):
        while b"\r\n\r\n" not in data:
            more = s.recv(65536)
            if not more:
                raise Gone
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(data) < length:
            more = s.recv(65536)
            if not more:
                raise Gone
            data += more
        return head, data[:length], data[length:]

    @staticmethod
    def action(head):
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"soapaction:"):
                return line.strip().strip(b'"').rsplit(b"/", 1)[1].decode()
        return ""

    def ask(self, upstream, head, body):
        """The true answer: status line, header lines, body."""
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        # what is compressed here must not be so already
        headers.pop("Accept-Encoding", None)
        upstream.request(method, path, body, headers)
        r = upstream.getresponse()
        data = r.read()
        keep = [f"{k}: {v}" for k, v in r.getheaders() if k.lower() not in
                ("content-length", "transfer-encoding", "connection")]
        return f"HTTP/1.1 {r.status} {r.reason}", keep, data

    @staticmethod
    def head(status, headers, *more):
        return "\r\n".join([status, *headers, *more, "", ""]).encode("latin-1")

    def whole(self, status, headers, data):
        return self.head(status, headers,
                         f"Content-Length: {len(data)}") + data

    # --- before a byte of TLS -------------------------------------------

    @staticmethod
    def reset(s):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()

    def early_reset_connect(self, raw):
        self.reset(raw)

    def early_silent(self, raw):
        self.wait_for_end(raw)

    def early_plain(self, raw):
        raw.recv(4096)
        raw.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    def early_slow_handshake(self, raw):
        """The handshake, one byte a second."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        base = os.path.join(self.certs, self.cert)
        context.load_cert_chain(base + ".pem", base + ".key")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            data = raw.recv(4096)
            if not data:
                return
            incoming.write(data)
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            for byte in outgoing.read():
                raw.sendall(bytes([byte]))
                self.sleep(1)

    def sleep(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.stopping or self.mode is None:
                raise Gone
            time.sleep(0.05)

    def wait_for_end(self, s):
        """Until the client goes, or the mode changes."""
        s.settimeout(0.1)
        while not self.stopping and self.mode is not None:
            try:
                if not s.recv(65536):
                    return
            except (socket.timeout, ssl.SSLWantReadError):
                pass

    # --- answers spoilt; True: the connection goes on -------------------

    def late_no_answer(self, s, ask):
        self.wait_for_end(s)

    def late_answer_late(self, s, ask):
        answer = self.whole(*ask())
        self.sleep(8)
        s.sendall(answer)
        return True

    def late_slow(self, s, ask):
        for byte in self.whole(*ask()):
            s.sendall(bytes([byte]))
            self.sleep(2)

    def late_reset_headers(self, s, ask):
        s.sendall(self.whole(*ask())[:40])
        time.sleep(0.05)
        self.reset(s)

    def late_reset_body(self, s, ask):
        status, headers, data = ask()
        answer = self.whole(status, headers, data)
        s.sendall(answer[:len(answer) - len(data) // 2])
        time.sleep(0.05)
        self.reset(s)

    def late_reset_chunk(self, s, ask):
        status, headers, data = ask()
        half = data[:len(data) // 2]
        s.sendall(self.head(status, headers, "Transfer-Encoding: chunked")
                  + b"%x\r\n" % len(half) + half + b"\r\n1")
        time.sleep(0.05)
        self.reset(s)

    def late_fin(self, s, ask):
        """Length told by the end of the connection, which ends early and
        without close_notify."""
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Connection: close")
                  + data[:len(data) // 2])
        s.shutdown(socket.SHUT_RDWR)

    def late_fin_whole(self, s, ask):
        """The same with nothing missing: nobody can know that."""
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Connection: close") + data)
        s.shutdown(socket.SHUT_RDWR)

    def late_length_long(self, s, ask):
        status, headers, data = ask()
        s.sendall(self.head(status, headers,
                            f"Content-Length: {len(data) + 1000}") + data)
        s.unwrap()

    def late_length_short(self, s, ask):
        status, headers, data = ask()
        s.sendall(self.head(status, headers,
                            f"Content-Length: {len(data) - 20}") + data)
        return True

    def late_chunk_overflow(self, s, ask):
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Transfer-Encoding: chunked")
                  + b"fffffffffffffffff\r\n" + data)
        self.wait_for_end(s)

    def late_chunk_garbage(self, s, ask):
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Transfer-Encoding: chunked")
                  + b"-5\r\n" + data)
        self.wait_for_end(s)

    def late_endless_headers(self, s, ask):
        s.sendall(b"HTTP/1.1 200 OK\r\n")
        while not self.stopping:
            s.sendall(b"X-More: and more and more and more\r\n" * 50)

    def late_endless_body(self, s, ask):
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Connection: close")
                  + data[:data.rindex(b"</")])
        while not self.stopping:
            s.sendall(b" <!-- and so on -->\r\n" * 800)

    def late_drip(self, s, ask):
        """Endless, and just fast enough not to be called a stall."""
        status, headers, data = ask()
        s.sendall(self.head(status, headers, "Connection: close")
                  + data[:data.rindex(b"</")])
        while not self.stopping:
            s.sendall(b" " * 16384)
            self.sleep(0.3)

    def late_endless_1xx(self, s, ask):
        while not self.stopping:
            s.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            self.sleep(0.02)

    def late_only_100(self, s, ask):
        s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wait_for_end(s)

    def late_hundred_first(self, s, ask):
        """Not a fault: RFC 9110 15.2 lets a server send it at any time."""
        s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + self.whole(*ask()))
        return True

    def late_login_redirect(self, s, ask):
        s.sendall(self.whole(
            "HTTP/1.1 302 Found",
            ["Location: https://mail.example/owa/auth/logon.aspx?url=x"],
            b""))
        return True

    def late_html(self, s, ask):
        s.sendall(self.whole("HTTP/1.1 200 OK",
                             ["Content-Type: text/html; charset=utf-8"],
                             LOGIN))
        return True

    def late_gzip(self, s, ask):
        """As a proxy does it that compresses, which is no fault."""
        status, headers, data = ask()
        data = gzip.compress(data)
        s.sendall(self.head(status, headers, "Content-Encoding: gzip",
                            "Transfer-Encoding: chunked"))
        for at in range(0, len(data), 1000):
            piece = data[at:at + 1000]
            s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        s.sendall(b"0\r\n\r\n")
        return True

    def late_deflate(self, s, ask):
        """Compressed in a way that was not asked for."""
        status, headers, data = ask()
        s.sendall(self.whole(status, headers + ["Content-Encoding: deflate"],
                             zlib.compress(data)))
        return True

    def late_gzip_cut(self, s, ask):
        """All that the headers announce, but not all that was compressed."""
        status, headers, data = ask()
        s.sendall(self.whole(status, headers + ["Content-Encoding: gzip"],
                             gzip.compress(data)[:-9]))
        return True

    def late_gzip_sum(self, s, ask):
        """Whole, and with a check sum that is wrong."""
        status, headers, data = ask()
        data = bytearray(gzip.compress(data))
        data[-8] ^= 1
        s.sendall(self.whole(status, headers + ["Content-Encoding: gzip"],
                             bytes(data)))
        return True

    def late_nothing(self, s, ask):
        """Closed properly, and not one byte of an answer."""
        s.unwrap()

    def late_garbage(self, s, ask):
        s.sendall(b"\x00\x01\x02\xff\xfe SSH-2.0-OpenSSH\r\n\r\n")
        self.wait_for_end(s)
