"""The table of src/ews/code.c, as the tests and the README see it."""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SOURCE = os.path.join(TOP, "src", "ews", "code.c")
BEGIN = "<!-- what happens when: from src/ews/code.c -->"
END = "<!-- end of what happens when -->"

KINDS = {
    "ERR_RETRY": "tried again",
    "ERR_UNKNOWN": "tried again, alert",
    "ERR_AUTH": "stops, alert",
    "ERR_CONFIG": "stops, alert",
    "ERR_ITEM": "recorded",
    "ERR_GONE": "taken as deleted",
    "ERR_RESYNC": "folder read anew",
}
SCOPES = {"SCOPE_ITEM": "item", "SCOPE_FOLDER": "folder",
          "SCOPE_MAILBOX": "mailbox", "SCOPE_PROFILE": "profile"}


class Row:
    def __init__(self, code, kind, scope, narrow, act, todo):
        self.code, self.kind, self.scope = code, kind, scope
        self.narrow, self.act, self.todo = narrow, act, todo


def _text(source, defines):
    """A C string expression: literals and macros, joined."""
    out = ""
    for literal, name in re.findall(r'"((?:[^"\\]|\\.)*)"|\b([A-Z]+)\b',
                                    source):
        out += literal if not name else defines[name]
    return out


def _defines(source):
    return {name: _text(value, {}) for name, value in re.findall(
        r'^#define ([A-Z]+)((?:[^\n]*\\\n)*[^\n]*)$', source, re.M)}


def tables():
    """(rows by response code, rows by HTTP status)."""
    with open(SOURCE, encoding="utf-8") as f:
        source = f.read()
    defines = _defines(source)
    codes = [
        Row(c, k, s, n == "true", a, _text(t, defines))
        for c, k, s, n, a, t in re.findall(
            r'\{ "(Error\w+)", (ERR_\w+), CAUSE_\w+, (SCOPE_\w+), '
            r'(true|false), \d+, (CODE_\w+), ([^{}]+) \}', source)]
    https = [
        Row(int(c), k, s, False, "CODE_REPORT", _text(t, defines))
        for c, k, s, t in re.findall(
            r'\{ (\d{3}), (ERR_\w+), CAUSE_\w+, (SCOPE_\w+),([^{}]+)\}', source)]
    if len(codes) != len(re.findall(r'\{ "Error', source)) or not https:
        raise ValueError("code.c has rows that are not understood")
    return codes, https


def other():
    """The row that stands for every code without one."""
    with open(SOURCE, encoding="utf-8") as f:
        source = f.read()
    kind, scope, todo = re.search(
        r'\bother = \{ "", (ERR_\w+), CAUSE_\w+, (SCOPE_\w+), true, \d+, '
        r'CODE_REPORT, ([A-Z]+) \};', source).groups()
    return Row("any other code", kind, scope, True, "CODE_REPORT",
               _text(todo, _defines(source)))


def markdown():
    """The README's table: what is done, and everything it is done about."""
    codes, https = tables()
    groups = {}
    for row in codes:
        key = (KINDS[row.kind], SCOPES[row.scope], row.todo)
        groups.setdefault(key, []).append(f"`{row.code}`")
    row = other()
    groups[(KINDS[row.kind], SCOPES[row.scope], row.todo)] = [row.code]
    for row in https:
        key = (KINDS[row.kind], SCOPES[row.scope], row.todo)
        groups.setdefault(key, []).append(f"HTTP {row.code}")
    order = list(SCOPES.values())[::-1]
    lines = ["| the server says | reaches | kind | what exsync does, "
             "or you do |", "|---|---|---|---|"]
    for (kind, scope, todo), names in sorted(
            groups.items(), key=lambda g: (order.index(g[0][1]), g[0])):
        lines.append(f"| {', '.join(names)} | {scope} | {kind} | {todo} |")
    return "\n".join(lines)


def readme_block(text):
    """The part of the README between the marks, or None."""
    found = re.search(re.escape(BEGIN) + r"\n(.*?)\n" + re.escape(END),
                      text, re.S)
    return found.group(1) if found else None


if __name__ == "__main__":
    print(markdown())
