"""More mailboxes (BENCH_LONG: up to 10,000): the first sync of ten mails each,
and a pass in which nothing has happened. From 10 mailboxes on what a process
costs by itself is in it, so the growth from 100 on is held to the target."""

import kit

SIZES = (10, 100, 1000, 10000) if kit.LONG else (10, 100, 1000)
MAILS = 10


def pass_over(sim, n, name):
    names = [f"b{i}" for i in range(n)]
    kit.ini(name, sim.url, names)
    first = []
    for _ in range(min(kit.RUNS, 3) if n <= 1000 else 1):
        kit.fresh(name)
        first.append(kit.once(sim, name))
        kit.expect("copies stored", kit.one(
            name, "SELECT count(*) FROM email_copy"), n * MAILS)
    kit.settle(sim, name)
    before = kit.asked(sim)
    idle = [kit.once(sim, name) for _ in range(kit.RUNS)]
    asked = (kit.asked(sim) - before) / kit.RUNS
    kit.fresh(name)
    return first, idle, asked


def measure(figures):
    figures.begin("mailboxes", f"{', '.join(map(str, SIZES))} mailboxes of"
                  f" {MAILS} mails; idle passes: medians of {kit.RUNS},"
                  " first syncs of 3, of 10000 mailboxes one run")
    seen = {}
    with kit.simulator() as sim:
        sim.commands("".join(
            kit.generate(f"b{i}", MAILS, 2000, f"seed={i + 1}")
            for i in range(max(SIZES))))
        for n in SIZES:
            seen[n] = first, idle, asked = pass_over(sim, n, f"boxes{n}")
            figures.add(f"boxes_{n}_first_s", [r.wall for r in first], "s")
            figures.add(f"boxes_{n}_first_rss_mb", [r.rss for r in first],
                        "MB", "<=24")
            figures.add(f"boxes_{n}_idle_requests", asked / n,
                        "requests/mailbox", "<=1")
            figures.add(f"boxes_{n}_idle_cpu_us", [
                r.cpu / n * 1e6 for r in idle], "us/mailbox",
                "<=500" if n >= 1000 else None)
            figures.add(f"boxes_{n}_idle_rss_mb", [r.rss for r in idle],
                        "MB", "<=24")
    for small, large in zip(SIZES, SIZES[1:]):
        if small < 100:
            continue
        a, b = seen[small], seen[large]
        figures.add(f"boxes_{small}_to_{large}_first_time", [
            y.wall / x.wall for x, y in zip(a[0], b[0])], "x", "<=11")
        figures.add(f"boxes_{small}_to_{large}_idle_time", [
            y.wall / x.wall for x, y in zip(a[1], b[1])], "x", "<=11")
