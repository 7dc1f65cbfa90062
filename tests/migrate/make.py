#!/usr/bin/python3
"""Makes a database of an exsync, as SQL text for tests/unit/test_migrate.c.

	tests/migrate/make.py WHAT EXSYNC... >tests/migrate/version-N.sql

WHAT is what the first line of the file says. The first EXSYNC, built from the
commit whose files are meant, reads the mail below from the simulator in two
passes; every further one, an update of the program, tries one pass more.
"""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))

import exsim  # noqa: E402

INI = """\
[exsync]
database = exsync.db
ca_file = {ca}
[directory]
users = users.csv
contacts = contacts.csv
[profile hq]
url = {url}
auth = basic
username = {user}
password = {password}
domains = contoso.example
match = contact
"""
USERS = """\
crm_id,address,name
u1,anna@contoso.example,Anna Arndt
u2,ben@contoso.example,Ben Baum
u3,cleo@contoso.example,Cleo Conrad
"""
CONTACTS = """\
crm_id,address,name
c1,carl@fabrikam.example,Carl Clay
c2,dora@fabrikam.example,Dora Dahl
"""
ANNA = "Anna Arndt <anna@contoso.example>"
BEN = "Ben Baum <ben@contoso.example>"
CARL = "Carl Clay <carl@fabrikam.example>"
DORA = "Dora Dahl <dora@fabrikam.example>"
PLAN = "Drawing 7, sheet 1 of 1.\n" * 3

# name: headers besides the usual ones, text, attachment
MAILS = {
    "inquiry": ({"To": f"{ANNA}, {BEN}"},
                "How much are seven tables like these?", PLAN),
    "other": ({"To": f"{ANNA}, {BEN}", "Message-ID": "<inquiry@made.example>",
               "Subject": "inquiry"},
              "Forget the tables. We want chairs, eleven of them.", None),
    "offer": ({"From": ANNA, "To": CARL, "Bcc": DORA,
               "In-Reply-To": "<inquiry@made.example>",
               "References": "<inquiry@made.example>",
               "Subject": "Re: inquiry"},
              "Seven tables are 1,400 €, Carl's “special” price.", None),
    "offered": ({"From": ANNA, "To": CARL, "Message-ID": "<offer@made.example>",
                 "In-Reply-To": "<inquiry@made.example>",
                 "References": "<inquiry@made.example>",
                 "Subject": "Re: inquiry"},
                "This message was checked: it is internal, not external.\n\n"
                "Seven tables are 1,400 €, Carl's “special” price.", None),
    "plan": ({"From": DORA}, "The same drawing once more.", PLAN),
    "filed": ({}, "This one is put into a folder.", None),
    "binned": ({}, "This one is deleted.", None),
    "nameless": ({"Message-ID": None}, "A mail without a Message-ID.", None),
    "newsletter": ({"From": "news@elsewhere.example"},
                   "Nobody whom the CRM knows.", None),
    "broken": ({}, "The server cannot give this one.", None),
}
BEFORE = """\
mailbox anna@contoso.example
mailbox ben@contoso.example
mailbox cleo@contoso.example
folder anna@contoso.example Inbox/Filed
mail anna@contoso.example @inbox {d}/inquiry.eml
mail ben@contoso.example @inbox {d}/inquiry.eml read=1
mail ben@contoso.example @inbox {d}/other.eml
mail anna@contoso.example @sentitems {d}/offer.eml
mail ben@contoso.example @inbox {d}/offered.eml
mail anna@contoso.example @inbox {d}/plan.eml
mail anna@contoso.example @inbox {d}/filed.eml
mail anna@contoso.example @inbox {d}/binned.eml
mail anna@contoso.example @inbox {d}/nameless.eml
mail anna@contoso.example @inbox {d}/newsletter.eml
mail anna@contoso.example @inbox {d}/broken.eml
fault op=GetItem item=subject:broken times=always do=error \
code=ErrorItemCorrupt
fault mailbox=cleo@contoso.example times=always do=fault \
code=ErrorNonExistentMailbox
"""
AFTER = """\
move anna@contoso.example subject:filed Inbox/Filed
delete anna@contoso.example subject:binned
read anna@contoso.example subject:plan 1
"""
CRM = """\
INSERT INTO party(crm_type, crm_id, address, name)
    VALUES('lead', 'l1', 'eve@lead.example', 'Eve');
INSERT INTO consumer(name, acked_seq) VALUES('crm', 3);
"""


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)


def mail(name, headers, text, attachment):
    """The mail as .eml."""
    head = {"Message-ID": f"<{name}@made.example>", "From": CARL, "To": ANNA,
            "Subject": name, "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
            "MIME-Version": "1.0", **headers}
    part = f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    if attachment is not None:
        head["Content-Type"] = "multipart/mixed; boundary=cut"
        part = (f"\n--cut\n{part}\n--cut\nContent-Type: text/plain\n"
                "Content-Disposition: attachment; filename=plan.txt\n\n"
                f"{attachment}\n--cut--\n")
    lines = "".join(f"{k}: {v}\n" for k, v in head.items() if v is not None)
    return (lines + part).replace("\n", "\r\n")


def run(program, directory, statuses):
    done = subprocess.run([os.path.abspath(program), "--once"], cwd=directory,
                          capture_output=True, encoding="utf-8", timeout=120)
    sys.stderr.write(done.stdout + done.stderr)
    if done.returncode not in statuses:
        sys.exit(f"{program} ended with status {done.returncode}")


def sqlite(directory, *commands):
    return subprocess.run(
        ["sqlite3", "exsync.db", *commands], cwd=directory, check=True,
        stdout=subprocess.PIPE, encoding="utf-8").stdout


def fill(directory, program, later):
    """Two passes, with a few events between them, and those of later."""
    sim = exsim.Sim(directory, ["--no-schema"])
    try:
        write(os.path.join(directory, "exsync.ini"), INI.format(
            ca=exsim.CA, url=sim.url, user=exsim.USER,
            password=exsim.PASSWORD))
        os.chmod(os.path.join(directory, "exsync.ini"), 0o600)
        write(os.path.join(directory, "users.csv"), USERS)
        write(os.path.join(directory, "contacts.csv"), CONTACTS)
        for name, what in MAILS.items():
            write(os.path.join(directory, name + ".eml"), mail(name, *what))
        sim.commands(BEFORE.format(d=directory))
        run(program, directory, (1,))
        sim.commands(AFTER)
        sqlite(directory, CRM)
        run(program, directory, (1,))
        for update in later:
            run(update, directory, range(256))
    finally:
        sim.stop()


def main():
    what, program, *later = sys.argv[1:]
    sys.stdout.reconfigure(encoding="utf-8")
    with tempfile.TemporaryDirectory() as directory:
        fill(directory, program, later)
        text = sqlite(directory, ".dump")
        user, application = sqlite(
            directory, "PRAGMA user_version",
            "PRAGMA application_id").split()
        if directory in text:
            sys.exit("the file names a directory of this machine")
    text = re.sub(r"https://localhost:\d+/", "https://localhost/", text)
    print(f"-- {what}\n-- Made by tests/migrate/make.py; not to be edited.\n"
          f"PRAGMA application_id={application};\n"
          f"PRAGMA user_version={user};\n{text}", end="")


if __name__ == "__main__":
    main()
