"""Starting with 1,000,000 contacts: the pass that reads the file, and those
after it, when it is the same still. What a pass costs without contacts is in
none of it."""

import os
import time

import kit

CONTACTS = int(os.environ.get("BENCH_CONTACTS", "1000000"))


def contacts(n):
    path = os.path.join(kit.DIR, "contacts.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("crm_id,address,name\n")
        for i in range(n):
            f.write(f"c{i},first{i}.last{i}@client{i % 5000}.example,"
                    f"First{i} Last{i}\n")
    os.chmod(path, 0o600)
    os.utime(path, (time.time() - 5,) * 2)  # it rests


def measure(figures):
    figures.begin("start", f"{CONTACTS} contacts, a mailbox of 100 mails;"
                  f" medians of {kit.RUNS}")
    directory = "[directory]\ncontacts = contacts.csv\n"
    with kit.simulator() as sim:
        sim.commands(kit.generate("start", 100))
        kit.ini("none", sim.url, ["start"])
        kit.ini("start", sim.url, ["start"], "contact", directory)
        contacts(CONTACTS)
        kit.fresh("none", "start")
        kit.once(sim, "none")
        read = kit.once(sim, "start")
        runs = [(kit.once(sim, "start"), kit.once(sim, "none"))
                for _ in range(kit.RUNS)]
    figures.add("contacts_read_s", read.wall, "s")
    figures.add("contacts_read_rss_mb", read.rss, "MB")
    figures.add("contacts_start_s", [a.wall - b.wall for a, b in runs], "s")
    figures.add("contacts_start_cpu_s", [a.cpu - b.cpu for a, b in runs],
                "s")
    figures.add("contacts_start_rss_mb", [a.rss for a, _ in runs], "MB")
    figures.add("no_contacts_start_rss_mb", [b.rss for _, b in runs], "MB")
    kit.fresh("none", "start")
    os.remove(os.path.join(kit.DIR, "contacts.csv"))
