"""Floors, sizes and text of the C files (src/README.md: Floors).

Says what breaks a rule as file:line: text; exit status 1 when anything does.
"""

import glob
import os
import re
import sys

FLOOR = {"base": 0, "conf": 1, "core": 2, "fmt": 2, "net": 2, "auth": 3,
         "web": 4, "ews": 5, "graph": 5, "store": 5, "os": 5, "sync": 6,
         "cmd": 7}
# The simulator's own, below tests/sim/; "" is what lies there itself.
SIM = "tests/sim/"
SIM_FLOOR = {"base": 0, "world": 1, "ews": 2, "login": 2, "graph": 2, "": 3}
# Each vendor library has one owner: a path prefix below src/.
OWNER = {"sqlite3.h": ("store/",), "expat.h": ("fmt/",), "ini.h": ("conf/",),
         "bearssl.h": ("net/tls", "auth/", "base/crypt")}
MAX_LINES, MAX_BRANCHES, MAX_PARAMETERS, MAX_FILE = 75, 20, 6, 800

faults = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def blank(text):
    """Comments and literals become spaces; line breaks stay."""
    def hide(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'", hide, text, flags=re.S)


def includes(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def check_floors(path, text):
    below = path[4:] if path.startswith("src/") else path
    own = below.split("/")[0] if "/" in below else "cmd"
    if own not in FLOOR:
        fault(path, 1, f"no floor is called {own}")
        return
    for number, quoted, name in includes(path, text):
        base = os.path.basename(name)
        if base in OWNER and not below.startswith(OWNER[base]):
            fault(path, number, f"{base} belongs to "
                  + ", ".join(OWNER[base]))
        if not quoted:
            continue
        there = name.split("/")[0]
        if "/" not in name or there not in FLOOR:
            fault(path, number, f'"{name}" does not name its floor')
        elif there != own and FLOOR[there] >= FLOOR[own]:
            fault(path, number, f"{own} (floor {FLOOR[own]}) includes "
                  f"{there} (floor {FLOOR[there]}): arrows go down only")


def check_circles():
    """Files of src/ that include each other, by whatever way: NAME.c and
    NAME.h are one. All of them are looked at, whatever was named."""
    uses = {}
    for path in sorted(glob.glob("src/*/*.[ch]")):
        own = path[4:-2]
        with open(path, encoding="utf-8") as f:
            uses.setdefault(own, set()).update(
                name[:-2] for _, quoted, name in includes(path, f.read())
                if quoted and name[:-2] != own)

    def reached(start):
        found, left = set(), [start]
        while left:
            for name in uses.get(left.pop(), ()):
                if name not in found:
                    found.add(name)
                    left.append(name)
        return found
    below = {name: reached(name) for name in uses}
    for name in sorted(uses):
        round_ = sorted(n for n in below[name]
                        if name in below.get(n, ()) and n > name)
        if round_ and name in below[name]:
            fault(f"src/{name}", 1, "includes itself by way of "
                  + ", ".join(round_))


def check_simulator(path, text):
    below = path[len(SIM):]
    own = below.split("/")[0] if "/" in below else ""
    if own not in SIM_FLOOR:
        fault(path, 1, f"the simulator has no floor that is called {own}")
        return
    for number, quoted, name in includes(path, text):
        if os.path.basename(name) in OWNER:
            fault(path, number, f"the simulator uses other libraries than "
                  f"the product: {name}")
        if name.startswith("libxml/") and own in ("base", "world", "login",
                                                  "graph"):
            fault(path, number, f"{own} has no XML")
        if name == "jansson.h" and own != "graph":
            fault(path, number, "jansson.h belongs to graph/")
        if not quoted:
            continue
        there = name.split("/")[0] if "/" in name else ""
        if there not in SIM_FLOOR or not os.path.exists(SIM + name):
            fault(path, number, f'"{name}" is no file of the simulator')
        elif there != own and SIM_FLOOR[there] >= SIM_FLOOR[own]:
            fault(path, number, f"{own} includes {there or name}: arrows go "
                  "down only")


def functions(lines):
    """(name, line number, signature, body lines) of each function."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            top = start - 1
            while top > 0 and lines[top].startswith((" ", "\t")):
                top -= 1
            head = " ".join(lines[top:start])
            match = re.match(r".*?(\w+)\s*\(", head)
            if match:
                yield match.group(1), top + 1, head, lines[start:number + 1]
            start = None


def parameters(head):
    inside, depth, count = head[head.index("(") + 1:], 0, 1
    if inside.strip().startswith((")", "void)")):
        return 0
    for c in inside:
        if c == "(":
            depth += 1
        elif c == ")":
            if depth == 0:
                break
            depth -= 1
        elif c == "," and depth == 0:
            count += 1
    return count


def branches(body):
    text = "\n".join(body)
    # a case that only returns a constant is a row of a table
    text = re.sub(r"case\s+[\w\s]+:\s*return\s+[\w\s]*;", "", text)
    return len(re.findall(r"\b(?:if|for|while|case)\b|\?", text))


def table_lines(lines):
    """Lines that lie in const tables: they do not count as size."""
    count, start = 0, None
    for number, line in enumerate(lines):
        if start is None:
            if re.match(r"(static )?const\b.*=\s*\{\s*$", line) or \
                    re.match(r"(static )?const\b.*\[\]\s*=\s*$", line):
                start = number
        elif line.startswith(("}", "\t;")) or line.rstrip().endswith(";"):
            count += number - start + 1
            start = None
    return count


def check_sizes(path, text):
    code = blank(text)
    lines = code.splitlines()
    size = len(lines) - table_lines(lines)
    if size > MAX_FILE:
        fault(path, 1, f"{size} lines (more than {MAX_FILE})")
    for name, number, head, body in functions(lines):
        if len(body) - table_lines([b.lstrip("\t") for b in body]) \
                > MAX_LINES:
            fault(path, number, f"{name}: {len(body)} lines "
                  f"(more than {MAX_LINES})")
        if branches(body) > MAX_BRANCHES:
            fault(path, number, f"{name}: {branches(body)} branches "
                  f"(more than {MAX_BRANCHES})")
        # a library's callback has the parameters that it has
        if parameters(head) > MAX_PARAMETERS and "MHD_" not in head:
            fault(path, number, f"{name}: {parameters(head)} parameters "
                  f"(more than {MAX_PARAMETERS})")
    for number, line in enumerate(lines, 1):
        match = re.search(r"\bgoto\s+(\w+)", line)
        if match and match.group(1) != "out":
            fault(path, number, f"goto {match.group(1)}: the one label "
                  "is out")


def check_text(path, text):
    # tables that are laid out by hand may be wider
    text = re.sub(r"[ \t]*/\* clang-format off \*/.*?/\* clang-format on \*/",
                  lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    for number, line in enumerate(text.splitlines(), 1):
        if len(line.rstrip("\\ ").expandtabs(8)) > 80:
            fault(path, number, "longer than 80 columns")
        if line != line.rstrip():
            fault(path, number, "white space at the end of the line")


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if path.startswith("src/") or path == "exsync.c":
            check_floors(path, text)
        elif path.startswith(SIM):
            check_simulator(path, text)
        check_sizes(path, text)
        check_text(path, text)
    check_circles()
    for line in faults:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
