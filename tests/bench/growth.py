"""A mailbox of ten times as many mails (BENCH_LONG: of a hundred times): the
time that its first sync takes, and the memory."""

import kit

SIZES = (5000, 50000, 500000) if kit.LONG else (5000, 50000)
FLAT = 1.25  # of memory: caches fill, and then stay


def measure(figures):
    figures.begin("growth", " and ".join(map(str, SIZES)) + " mails of 8192"
                  f" bytes; medians of {kit.RUNS}, of 500000 one run")
    with kit.simulator() as sim:
        sim.commands("".join(kit.generate(f"grow{n}", n) for n in SIZES))
        for n in SIZES:
            kit.ini(f"grow{n}", sim.url, [f"grow{n}"])
        seen = {n: [] for n in SIZES}
        for turn in range(kit.RUNS):
            for n in SIZES:
                if n <= 50000 or turn == 0:
                    kit.fresh(f"grow{n}")
                    seen[n].append(kit.once(sim, f"grow{n}"))
                    kit.expect("mails stored", kit.one(
                        f"grow{n}", "SELECT count(*) FROM email"), n)
                    kit.fresh(f"grow{n}")
    for n in SIZES:
        figures.add(f"growth_{n}_s", [r.wall for r in seen[n]], "s")
        figures.add(f"growth_{n}_cpu_us_per_message", [
            r.cpu / n * 1e6 for r in seen[n]], "us")
        figures.add(f"growth_{n}_rss_mb", [r.rss for r in seen[n]], "MB",
                    "<=24")
    figures.served("growth", [r for n in SIZES for r in seen[n]])
    for small, large in zip(SIZES, SIZES[1:]):
        pairs = list(zip(seen[small], seen[large]))
        figures.add(f"growth_{small}_to_{large}_time", [
            b.wall / a.wall for a, b in pairs], "x", "<=11")
        figures.add(f"growth_{small}_to_{large}_rss", [
            b.rss / a.rss for a, b in pairs], "x", f"<={FLAT}")
