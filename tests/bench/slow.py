"""A server that takes 200 ms for each request. One mailbox: 10 connections
against 1, and 20,000 mails beside the limit that its concurrency sets, the
requests that were made times 200 ms over 10 connections. 500 mailboxes in which
nothing has happened, 200 ms away, over 10 connections: 50 round trips."""

import kit

DELAY = 200  # ms
CONNECTIONS = 10
FEW = 4000
MANY = 20000
BOXES = 500


def limit(requests):
    return requests * DELAY / 1000 / CONNECTIONS


def first(sim, name, count):
    """A run, with the requests that it made."""
    kit.fresh(name)
    before = kit.asked(sim)
    done = kit.once(sim, name)
    done.asked = kit.asked(sim) - before
    kit.expect("mails stored", kit.one(name, "SELECT count(*) FROM email"),
               count)
    return done


def one_mailbox(figures):
    figures.begin("slow", f"{DELAY} ms each request: {FEW} mails over"
                  f" {CONNECTIONS} connections and over 1, {MANY} over"
                  f" {CONNECTIONS}; medians of {kit.RUNS}")
    with kit.simulator() as sim:
        sim.commands(kit.generate("few", FEW) + kit.generate("many", MANY)
                     + f"option delay_ms={DELAY}\n")
        for name, box, n in (("one", "few", 1), ("ten", "few", CONNECTIONS),
                             ("many", "many", CONNECTIONS)):
            kit.ini(name, sim.url, [box], more=f"max_connections = {n}\n")
        runs = [(first(sim, "ten", FEW), first(sim, "one", FEW),
                 first(sim, "many", MANY)) for _ in range(kit.RUNS)]
        ten, one, many = zip(*runs)
        figures.add("slow_10_vs_1", [o.wall / t.wall for t, o, _ in runs],
                    "x", ">=8")
        figures.add("slow_10_s", [r.wall for r in ten], "s")
        figures.add("slow_1_s", [r.wall for r in one], "s")
        figures.add("slow_20000_s", [r.wall for r in many], "s")
        figures.add("slow_20000_requests", [r.asked for r in many],
                    "requests")
        figures.add("slow_20000_vs_limit", [
            r.wall / limit(r.asked) for r in many], "x", "<=1.3")
        figures.add("slow_peak_rss_mb", [r.rss for r in many], "MB", "<=24")
        figures.served("slow_20000", many)
    kit.fresh("one", "ten", "many")


def far(figures):
    figures.begin("slow", f"{BOXES} idle mailboxes {DELAY} ms away")
    names = [f"box{n}" for n in range(BOXES)]
    with kit.simulator() as sim:
        sim.commands("".join(kit.generate(n, 2, 500) for n in names))
        # One port for both lines, so that it stays the same server.
        with kit.line(sim) as near:
            port = near.port
            kit.ini("far", near.url(sim.url), names,
                    more=f"max_connections = {CONNECTIONS}\n")
            kit.once(sim, "far")
            kit.settle(sim, "far")
        with kit.line(sim, rtt=DELAY, listen=port):
            before = kit.asked(sim)
            runs = [kit.once(sim, "far") for _ in range(min(kit.RUNS, 3))]
            asked = (kit.asked(sim) - before) / len(runs)
        figures.add("far_requests_per_mailbox", asked / BOXES, "requests",
                    "<=1")
        figures.add("far_idle_500_s", [r.wall for r in runs], "s")
        figures.add("far_idle_500_vs_limit", [
            r.wall / limit(BOXES) for r in runs], "x", "<=1.2")
    kit.fresh("far")


def measure(figures):
    one_mailbox(figures)
    far(figures)
