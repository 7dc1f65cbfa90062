"""What a first sync leaves on the disk, and how often it waits for it (strace
counts fsync and fdatasync)."""

import os
import re
import shutil

import kit

COUNT = 5000


def synced(sim, name):
    """Calls of fsync and fdatasync, or None without strace."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    kit.fresh(name)
    told = os.path.join(kit.DIR, "strace.out")
    kit.Run("strace", [
        strace, "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", told,
        kit.BINARY, "-c", os.path.join(kit.DIR, name + ".ini"), "--once"],
        sim)
    with open(told, encoding="utf-8") as f:
        return sum(int(m.group(1)) for m in re.finditer(
            r"^\s*\S+\s+\S+\s+\S+\s+(\d+)\s.*f(?:data)?sync$", f.read(),
            re.M))


def measure(figures):
    figures.begin("disk", f"{COUNT} mails of 8192 bytes, kept and skipped")
    with kit.simulator() as sim:
        sim.commands(kit.generate("disk", COUNT))
        kit.write(os.path.join(kit.DIR, "nobody.csv"),
                  "crm_id,address\nc1,nobody@bench.example\n")
        kit.ini("kept", sim.url, ["disk"])
        kit.ini("skipped", sim.url, ["disk"], "contact",
                "[directory]\ncontacts = nobody.csv\n")
        for name in "kept", "skipped":
            kit.fresh(name)
            kit.once(sim, name)
            size = sum(os.path.getsize(os.path.join(kit.DIR, f))
                       for f in os.listdir(kit.DIR)
                       if f.startswith(f"{name}.db"))
            figures.add(f"db_bytes_{name}", size / COUNT, "bytes/message")
            calls = synced(sim, name)
            if calls is None:
                print("# no strace: fsyncs are not counted", flush=True)
            else:
                figures.add(f"fsyncs_per_1000_{name}", calls * 1000 / COUNT,
                            "calls")
    kit.fresh("kept", "skipped")
