"""Bytes on the wire and requests, counted by a proxy: all of TLS and HTTP, in
both directions. kept: match = any. skipped: match = contact, and no mail is of
one. The peer fetches the same mails, for the skipped ones their headers. They
are the same each time, so one run tells."""

import os

import kit

COUNT = 2000


def counted(sim, line, work):
    """What work() gives; its bytes on the wire, and its requests."""
    before, asked = line.counts(), kit.asked(sim)
    done = work()
    after = line.counts()
    return (done, sum(after[k] - before[k] for k in ("up", "down")),
            kit.asked(sim) - asked)


def exsync(sim, line, name):
    kit.fresh(name)
    _, size, asked = counted(sim, line, lambda: kit.once(sim, name))
    kit.expect(f"mails {name}", kit.one(
        name, "SELECT count(*) FROM " + (
            "email" if name == "kept" else "decision")), COUNT)
    return size, asked


def peer(sim, line, job):
    kit.fresh("peer")
    done, size, asked = counted(sim, line, lambda: kit.peer(
        sim, line.url(sim.url), "wire", job))
    kit.expect("mails of the peer", done.count, COUNT)
    return size, asked


def measure(figures):
    figures.begin("wire", f"{COUNT} mails of 8192 bytes")
    with kit.simulator() as sim, kit.line(sim) as line:
        sim.commands(kit.generate("wire", COUNT))
        url = line.url(sim.url)
        kit.ini("kept", url, ["wire"])
        kit.ini("skipped", url, ["wire"], "contact",
                "[directory]\ncontacts = nobody.csv\n")
        kit.write(os.path.join(kit.DIR, "nobody.csv"),
                  "crm_id,address\nc1,nobody@bench.example\n")
        for kind, job in ("kept", "keep"), ("skipped", "skip"):
            size, asked = exsync(sim, line, kind)
            theirs, their_asked = peer(sim, line, job)
            sim.commands("option gzip=off\n")
            plain, _ = exsync(sim, line, kind)
            sim.commands("option gzip=on\n")
            figures.add(f"wire_bytes_{kind}", size / COUNT, "bytes/message")
            figures.add(f"peer_wire_bytes_{kind}", theirs / COUNT,
                        "bytes/message")
            figures.add(f"wire_{kind}_vs_peer", size / theirs, "x")
            figures.add(f"wire_{kind}_vs_plain", size / plain, "x", "<=0.3")
            figures.add(f"requests_per_1000_{kind}", asked * 1000 / COUNT,
                        "requests")
            figures.add(f"peer_requests_per_1000_{kind}",
                        their_asked * 1000 / COUNT, "requests")
    kit.fresh("kept", "skipped", "peer")
