"""What exsync --verify costs after the first sync: the whole mailbox is listed
and held against the database."""

import json
import os


def measure(directory, sim, count, run, figure):
    """run(name, command): runs exsync with that command."""
    before = sim.stats()["ops"]
    done = run("verify", ["--verify", "--json"])
    now = sim.stats()["ops"]
    asked = sum(now.get(op, 0) - before.get(op, 0) for op in now)
    told = json.loads(done.out)
    box = told["mailboxes"][0]
    if told["state"] != "proof" or box["stored"] != count:
        raise SystemExit("bench: no proof: " + done.out[:500])
    figure("verify_messages", count, "messages, all of them stored")
    figure("verify_cpu_us_per_message", done.cpu / count * 1e6, "us")
    figure("verify_requests_per_1000", asked * 1000 / count, "requests")
    figure("verify_rate", count / done.wall, "messages/s")
    figure("verify_peak_rss_mb", done.rss, "MB")
    figure("verify_database_mb", os.path.getsize(
        os.path.join(directory, "exsync.db")) / 1e6, "MB")
