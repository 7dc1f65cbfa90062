"""What passes cost in which nothing has happened: the one after the first,
which asks each folder that holds something once more (src/sync/marker.h), and
those after it, when all markers are settled."""

import os
import time

import kit

BOXES = int(os.environ.get("BENCH_BOXES", "200"))
FOLDERS = 5  # of each that hold something
UNSETTLED = "SELECT count(*) FROM sync_folder WHERE unsettled <> 0"


def once(sim):
    """The pass, with its requests: FindFolder, SyncFolderItems."""
    before = sim.stats()["ops"]
    done = kit.once(sim, "idle")
    now = sim.stats()["ops"]
    done.find, done.sync = (now.get(op, 0) - before.get(op, 0)
                            for op in ("FindFolder", "SyncFolderItems"))
    return done


def measure(figures):
    figures.begin("idle", f"{BOXES} mailboxes of {FOLDERS} folders with"
                  f" mail; medians of {kit.RUNS}")
    names = [f"idle{n}" for n in range(BOXES)]
    with kit.simulator() as sim:
        kit.ini("idle", sim.url, names)
        sim.commands("".join(
            f"mailbox {n}@contoso.example\n" + "".join(
                f"generate {n}@contoso.example Inbox/{k} 2 500 seed={k + 7}\n"
                for k in range(FOLDERS))
            for n in names))
        once(sim)
        figures.add("after_first_unsettled", kit.one("idle", UNSETTLED),
                    "folders")
        time.sleep(kit.SETTLES)
        after = once(sim)
        kit.expect("folders not settled", kit.one("idle", UNSETTLED), 0)
        figures.add("after_first_requests_per_mailbox",
                    (after.find + after.sync) / BOXES, "requests")
        figures.add("after_first_requests_per_folder",
                    after.sync / (BOXES * FOLDERS), "requests")
        figures.add("after_first_cpu_us_per_mailbox",
                    after.cpu / BOXES * 1e6, "us")
        runs = [once(sim) for _ in range(kit.RUNS)]
        figures.add("idle_requests_per_mailbox", [
            (r.find + r.sync) / BOXES for r in runs], "requests", "<=1")
        figures.add("idle_cpu_us_per_mailbox", [
            r.cpu / BOXES * 1e6 for r in runs], "us")
        figures.served("idle", runs)
    kit.fresh("idle")
