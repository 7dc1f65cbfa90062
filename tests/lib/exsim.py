"""Starts and steers the simulator (tests/sim/README.md) from a test."""

import hashlib
import http.client
import json
import os
import ssl
import subprocess
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SHARED = os.path.join(os.path.dirname(TOP), "shared")
MAIL = os.path.join(SHARED, "mail")
TLS_DIR = os.path.join(TOP, "build", "test", "tls")
CA = os.path.join(TLS_DIR, "ca.pem")

USER = "svc"
PASSWORD = "q7-not-in-any-log-4x"

# Wrong passwords in a row after which an account is locked, as the strictest
# of the usual domains have it: no run of any test may get there.
LOCKOUT = 3
LOCKED = 3      # the simulator's exit status when one was locked


class Error(Exception):
    """The simulator refused a command, did not start or complained."""


def binary():
    return os.environ.get(
        "EXSIM", os.path.join(TOP, "build", "sim", "exsim"))


def port_of(url):
    return urllib.parse.urlsplit(url).port


class Sim:
    """One simulator process; its files lie in directory. may_lock: that an
    account is locked is what the test is about."""

    def __init__(self, directory, args=(), plain=False, may_lock=False):
        os.makedirs(TLS_DIR, exist_ok=True)
        self.log_path = os.path.join(directory, "exsim.log")
        self.err_path = os.path.join(directory, "exsim.err")
        ready = os.path.join(directory, "exsim.ready")
        args = list(args)
        if not any(a == "--account" for a in args):
            args += ["--account", f"{USER}:{PASSWORD}:impersonate"]
        if plain:
            args += ["--http"]
        if "--lockout" not in args:
            args += ["--lockout", str(LOCKOUT)]
        self.may_lock = may_lock
        self.err_file = open(self.err_path, "wb")
        self.process = subprocess.Popen(
            [binary(), "--ready", ready, "--tls-dir", TLS_DIR,
             "--log", self.log_path, "--control", *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.err_file)
        self.url = self._wait_ready(ready)
        self.parts = urllib.parse.urlsplit(self.url)
        self.connection = None

    def _wait_ready(self, ready):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Error("the simulator ended at once: "
                            + self.complaints())
            try:
                with open(ready, encoding="ascii") as f:
                    text = f.read()
                if text.endswith("\n"):
                    return text.strip()
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        self.stop()
        raise Error("the simulator did not get ready")

    def pin(self):
        """SHA-256 of its certificate, as tls_pin wants it."""
        with open(os.path.join(TLS_DIR, "server.pem"),
                  encoding="ascii") as f:
            text = f.read()
        end = "-----END CERTIFICATE-----"
        first = text[text.index("-----BEGIN"):text.index(end) + len(end)]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()

    def _connect(self):
        if self.parts.scheme == "http":
            return http.client.HTTPConnection(
                self.parts.hostname, self.parts.port, timeout=120)
        context = ssl.create_default_context(cafile=CA)
        return http.client.HTTPSConnection(
            self.parts.hostname, self.parts.port, timeout=120,
            context=context)

    def send(self, commands):
        """Sends command lines; returns one answer line per command."""
        for last in (False, True):
            if self.connection is None:
                self.connection = self._connect()
            try:
                self.connection.request(
                    "POST", "/sim", commands.encode(),
                    {"Content-Type": "text/plain"})
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if last:
                    raise
        if answer.status != 200:
            raise Error(f"POST /sim: {answer.status} {text}")
        return text.splitlines()

    def command(self, line):
        """Sends one command and returns what follows its "ok"."""
        answers = self.send(line + "\n")
        if len(answers) != 1 or not answers[0].startswith("ok"):
            raise Error(f"{line}: " + " ".join(answers))
        return answers[0][2:].strip()

    def commands(self, text):
        """Sends command lines; every one must be ok."""
        lines = [line for line in text.splitlines()
                 if line.strip() and not line.lstrip().startswith("#")]
        answers = self.send("\n".join(lines) + "\n")
        for line, answer in zip(lines, answers):
            if not answer.startswith("ok"):
                raise Error(f"{line}: {answer}")
        if len(lines) != len(answers):
            raise Error(f"{len(lines)} commands, {len(answers)} answers")

    def dump(self, address):
        """What the mailbox holds: a list of dicts, oldest first."""
        head, *lines = self.send(f"dump {address}\n")
        if not head.startswith("ok") or int(head[2:]) != len(lines):
            raise Error(f"dump {address}: {head}, {len(lines)} lines")
        return [json.loads(line) for line in lines]

    def stats(self):
        return json.loads(self.command("stats"))

    def log(self):
        """The requests served so far, as dicts."""
        try:
            with open(self.log_path, encoding="utf-8") as f:
                text = f.read()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines(True)
                if line.endswith("\n")]

    def complaints(self):
        with open(self.err_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        """Ends it; returns its exit status (1: the schema was violated). A
        run that locked an account fails, unless it may."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = -9
        self.err_file.close()
        if status == LOCKED and not self.may_lock:
            self.may_lock = True        # said once
            raise Error("this run locked an account: " + self.complaints())
        return status
