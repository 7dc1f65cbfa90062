"""What exsync --verify costs after the first sync: the whole mailbox is listed
and held against the database."""

import json
import os
import subprocess
import time


class Verified:
    """One --verify. Its peak memory is asked for while it runs: what wait4
    tells is at least what this program had when it forked."""

    def __init__(self, command, directory):
        start = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            cwd=directory)
        self.rss = 0
        while not self.has_ended(process.pid):
            time.sleep(0.01)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        with process.stdout as f:
            self.told = json.load(f)

    def has_ended(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            lines = dict(x.split(":", 1) for x in f)
        peak = lines.get("VmHWM", "0").split()[0]
        self.rss = max(self.rss, int(peak) / 1024)
        return lines["State"].split()[0] == "Z"


def measure(directory, sim, count, command, figure):
    """command: exsync and its INI."""
    before = sim.stats()["ops"]
    done = Verified([*command, "--verify", "--json"], directory)
    now = sim.stats()["ops"]
    asked = sum(now.get(op, 0) - before.get(op, 0) for op in now)
    box = done.told["mailboxes"][0]
    if done.told["state"] != "proof" or box["stored"] != count:
        raise SystemExit(f"bench: no proof: {done.told}")
    figure("verify_messages", count, "messages")
    figure("verify_cpu_us_per_message", done.cpu / count * 1e6, "us")
    figure("verify_requests_per_1000", asked * 1000 / count, "requests")
    figure("verify_rate", count / done.wall, "messages/s")
    figure("verify_peak_rss_mb", done.rss, "MB")
