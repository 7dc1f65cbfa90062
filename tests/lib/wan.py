"""A long line before a server on this machine (tests/bench/wan.c)."""

import json
import os
import signal
import subprocess

import exsim

BINARY = os.path.join(exsim.TOP, "build", "release", "bench", "wan")


def build():
    done = subprocess.run(
        ["make", "--no-print-directory", "-s", "build/release/bench/wan"],
        cwd=exsim.TOP, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise exsim.Error("the proxy of long lines cannot be built")


class Wan:
    """rtt in ms, mbit in million bits per second (0: as fast as it goes),
    stall in ms: (every, for)."""

    def __init__(self, to, rtt=0, mbit=0, stall=None, listen=0):
        self.rtt, self.mbit = rtt / 1000, mbit
        command = [os.environ.get("EXSYNC_WAN", BINARY), "--to",
                   f"127.0.0.1:{to}", "--rtt", str(rtt), "--mbit", str(mbit),
                   "--listen", str(listen)]
        if stall:
            command += ["--stall", "{}:{}".format(*stall)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def url(self, of):
        """That URL of the simulator, over this line."""
        return of.replace(f":{exsim.port_of(of)}/", f":{self.port}/")

    def seconds(self, size):
        """What so many bytes of one direction take."""
        return size * 8 / (self.mbit * 1e6) if self.mbit else 0

    def counts(self):
        """So far: up, down (bytes), connections, busy_up, busy_down, lost,
        cpu (seconds)."""
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        text = self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        return json.loads(text)
