"""What a bench ran on, and the CPU of a process's threads."""

import os
import platform
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def threads(pid):
    """Seconds of CPU of each thread."""
    found = {}
    for name in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{name}/stat", encoding="ascii") as f:
            words = f.read().rsplit(")", 1)[1].split()
        found[name] = (int(words[11]) + int(words[12])) / TICK
    return found


def busy():
    """Seconds of CPU that all programs have had so far."""
    with open("/proc/stat", encoding="ascii") as f:
        user, nice, system, _, _, irq, soft, *_ = map(
            int, f.readline().split()[1:])
    return (user + nice + system + irq + soft) / TICK


def model():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def describe(top):
    done = subprocess.run(["git", "describe", "--always", "--dirty"],
                          cwd=top, capture_output=True, text=True)
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(f.readline().split()[1]) // 1024
    return {"cpu": model(), "cores": os.cpu_count(), "memory_mb": memory,
            "kernel": platform.release(),
            "load_at_end": os.getloadavg()[1],
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "commit": done.stdout.strip() or None}
