"""First sync and idle pass over a long line (wan.c), beside the peer and
beside the limit: the bytes that came, over the line's rate as far as it does
not stall, and one round trip. An idle pass has four at least: one for TCP, two
for TLS 1.2, one to ask. The peer reads fewer mails, and per mail counts."""

import kit

LINES = (  # round trip in ms, Mbit/s, stalls (every, for) in ms; mails, peer's
    ("30ms_20mbit", 30, 20, None, 2000, 1000),
    ("200ms_5mbit", 200, 5, None, 1000, 500),
    ("30ms_20mbit_stalls", 30, 20, (2000, 300), 2000, 1000),
    ("200ms_100mbit", 200, 100, None, 2000, 1000),
)
SET_UP = 3  # round trips before the first request


class Over:
    """One line: exsync and the peer, in turn."""

    def __init__(self, sim, line, rtt, mbit, stall, count, fewer):
        self.sim, self.line = sim, line
        self.rtt, self.rate = rtt / 1000, mbit * 1e6 / 8
        if stall:
            self.rate *= 1 - stall[1] / stall[0]
        self.count, self.fewer = count, fewer
        kit.ini("wan", line.url(sim.url), ["wan"])

    def limit(self, size, trips=1):
        return size / self.rate + trips * self.rtt

    def watched(self, work):
        """Of a run: its bytes to the client and the time lost by the proxy."""
        before = self.line.counts()
        done = work()
        after = self.line.counts()
        done.down = after["down"] - before["down"]
        done.lost = after["lost"] - before["lost"]
        done.line_cpu = after["cpu"] - before["cpu"]
        return done

    def first(self):
        kit.fresh("wan", "peer")
        ours = self.watched(lambda: kit.once(self.sim, "wan"))
        kit.expect("mails stored", kit.one(
            "wan", "SELECT count(*) FROM email"), self.count)
        theirs = self.watched(lambda: kit.peer(
            self.sim, self.line.url(self.sim.url), "few", "keep"))
        kit.expect("mails of the peer", theirs.count, self.fewer)
        return ours, theirs

    def idle(self):
        return (self.watched(lambda: kit.once(self.sim, "wan")),
                self.watched(lambda: kit.peer(
                    self.sim, self.line.url(self.sim.url), "few", "idle")))


def report_first(figures, name, over, runs):
    ours, theirs = zip(*runs)
    figures.add(f"{name}_first_s", [r.wall for r in ours], "s")
    figures.add(f"{name}_first_vs_limit", [
        r.wall / over.limit(r.down) for r in ours], "x", "<=1.3")
    figures.add(f"{name}_first_vs_peer", [
        (p.seconds / over.fewer) / (r.wall / over.count)
        for r, p in runs], "x", ">=1")
    figures.add(f"{name}_first_line_busy", [
        r.down / over.rate / r.wall for r in ours], "of_its_time")
    figures.add(f"{name}_peer_first_vs_limit", [
        p.seconds / over.limit(p.down) for p in theirs], "x")
    figures.served(f"{name}_first", ours)
    lost = kit.median([r.lost / r.wall for r in ours])
    if lost > 0.05:
        print(f"# {name}: bottleneck: the proxy lost {lost:.0%} of the time",
              flush=True)


def report_idle(figures, name, over, runs):
    ours, theirs = zip(*runs)
    figures.add(f"{name}_idle_s", [r.wall for r in ours], "s")
    figures.add(f"{name}_idle_round_trips", [
        r.wall / over.rtt for r in ours], "round_trips")
    figures.add(f"{name}_idle_vs_limit", [
        r.wall / over.limit(r.down, SET_UP + 1) for r in ours], "x",
        "<=1.3")
    figures.add(f"{name}_idle_vs_peer", [
        p.seconds / r.wall for r, p in runs], "x", ">=1")
    figures.add(f"{name}_peer_idle_round_trips", [
        p.seconds / over.rtt for p in theirs], "round_trips")


def measure(figures):
    for name, rtt, mbit, stall, count, fewer in LINES:
        figures.begin("wan", f"{name}: {count} mails of 8192 bytes, the peer"
                      f" {fewer}; medians of {kit.RUNS}")
        with kit.simulator() as sim, kit.line(
                sim, rtt=rtt, mbit=mbit, stall=stall) as line:
            sim.commands(kit.generate("wan", count)
                         + kit.generate("few", fewer, more="seed=2"))
            over = Over(sim, line, rtt, mbit, stall, count, fewer)
            report_first(figures, name, over,
                         [over.first() for _ in range(kit.RUNS)])
            kit.settle(sim, "wan")
            report_idle(figures, name, over,
                        [over.idle() for _ in range(kit.RUNS)])
        kit.fresh("wan", "peer")
