"""Copies of mails that differ, for the crash tests: what lies in three
mailboxes at first, and all that can happen to it. The letters are those of
truthmodel.py; here the files are compared with each other, not with it."""

import os

from mailmodel import BOXES
from truthmodel import File, Letter, attached_message

ANNA, BEN, CLEO = BOXES
CARL, DORA = "carl@fabrikam.example", "dora@fabrikam.example"
FIRST = "Mon, 02 Feb 2026 09:00:00 +0000"
LATER = "Mon, 02 Mar 2026 09:00:00 +0000"
LAST = "Wed, 01 Apr 2026 09:00:00 +0000"
TEXT = ("we thank you for the offer of 12 pallets of steel and accept the"
        " price of 4711,50 EUR for all of them.",
        "The delivery is due in week 23, see [|https://www.fabrikam.example/"
        "terms?id=7] for the terms.",
        "Please pay until Friday to the account that you know.")
# bytes of the attachments; each name here is used by the mails below
PICTURE = File("logo.png", b"\x89PNG" * 400, "inline")
SHARED = File("shared.bin", b"shared" * 300, "file")
OWN = File("own.bin", b"own" * 500, "file")
OTHER = File("own.bin", b"not" * 500, "file")


class Post:
    """Lays letters into a simulator's mailboxes, and changes them. Each copy
    has a name for that."""

    def __init__(self, sim, directory):
        self.sim, self.directory = sim, os.path.join(directory, "letters")
        os.mkdir(self.directory)
        self.number, self.places = 0, {}
        self.sim.commands("option mime=anew\n"
                          f"folder {CLEO} Inbox/Kept\n"
                          f"folder {ANNA} Inbox/Kept\n")

    def next(self):
        self.number += 1
        return self.number

    def letter(self, mid, text=TEXT, **other):
        return Letter(self.next(), f"<{mid}@copies.example>", **{
            "people": {"from": [CARL], "to": [ANNA, BEN, CLEO]},
            "subject": mid, "date": LATER,
            "paragraphs": ["Hello,", *text, "Carl"], "kind": "html", **other})

    def as_left(self, letter, *how):
        """As a server left it."""
        return letter.rewritten(self.next(), *how) if how else letter

    def put(self, name, box, letter, *how, folder="@inbox"):
        path = self.as_left(letter, *how).write(self.directory)
        self.places[name] = (box, self.sim.command(
            f"mail {box} {folder} {path} received=2026-03-02T10:00:00Z"))

    def everywhere(self, name, letter, *hows):
        """To as many mailboxes as there are ways."""
        for box, how in zip(BOXES, hows):
            self.put(f"{name} {box.partition('@')[0]}", box, letter, *how)

    def edit(self, name, letter, *how):
        box, item = self.places[name]
        path = self.as_left(letter, *how).write(self.directory)
        self.sim.command(f"edit {box} id:{item} {path}")

    def delete(self, name):
        box, item = self.places.pop(name)
        self.sim.command(f"delete {box} id:{item}")

    def move(self, name, folder):
        box, item = self.places[name]
        self.places[name] = (box, self.sim.command(
            f"move {box} id:{item} {folder}"))

    def sent(self, name, **other):
        """From ben to anna, cleo and somebody whom only ben's copy names."""
        people = {"from": [BEN], "to": [ANNA, CLEO], "bcc": [CARL, DORA]}
        letter = self.letter(name, people=people, **other)
        shown = letter.without_bcc(self.next())
        self.put(name + " ben", BEN, letter, folder="@sentitems")
        self.put(name + " anna", ANNA, shown, "banner")
        self.put(name + " cleo", CLEO, shown, "disclaimer", "tag")

    def named(self, name):
        """The same people with other names."""
        for box, to in ((ANNA, [f"Anna Arndt <{ANNA}>", BEN]),
                        (BEN, [f'"Arndt, Anna" <{ANNA}>', f"Ben <{BEN}>"])):
            self.put(f"{name} {box.partition('@')[0]}", box, self.letter(
                name, people={"from": [CARL], "to": to}))

    def others(self, mid, n):
        """Mails with one Message-ID that are not one mail."""
        return [self.letter(mid, ("Number", f"{n} of them.", *TEXT),
                            subject=f"{mid} {n}", date=date)
                for n, date in zip(range(n), (LATER, LAST, LATER, FIRST))]

    # --- what lies there at first -----------------------------------------

    def begin(self):
        plain, banner, after = (), ("banner",), ("disclaimer", "tag")
        self.sent("sent")
        self.named("named")
        for name in ("three", "parting", "moving", "fading", "back"):
            self.everywhere(name, self.letter(name), plain, banner, after)
        self.everywhere("two", self.letter("two"), banner, plain)
        self.everywhere("equal", self.letter("equal"), plain, plain)
        self.everywhere("only", self.letter("only", kind="plain"), plain)
        self.everywhere("message", self.letter("message", files=[
            attached_message("Forwarded", "what it says")]), plain, banner)
        self.everywhere("pictured", self.letter(
            "pictured", files=[PICTURE]), plain, banner)
        for name, files in (("first", [SHARED]), ("second", [SHARED]),
                            ("third", [OWN])):
            self.put(name, ANNA, self.letter(name, files=files))
        self.group = self.others("group", 4)
        for n, box in ((0, ANNA), (1, BEN), (2, CLEO), (2, BEN)):
            self.put(f"group {n} {box}", box, self.group[n])

    def go_on(self):
        """Before the second pass: texts that are edited, to be edited back
        later, and a mail that leaves and comes back."""
        self.equal, self.was_back = self.letter("equal"), self.letter("back")
        self.edit("equal ben", self.letter("equal", TEXT[:1]))
        self.edit("back ben", self.letter("back", TEXT[1:]))
        self.edit("only anna", self.letter("only", TEXT[:2], kind="plain"))

    # --- and what happens in the pass that ends at its nth step ------------

    def happen(self):
        self.delete_some()
        self.edit_some()
        self.move("moving ben", "@deleteditems")
        self.move("moving cleo", "Inbox/Kept")
        self.move("three anna", "Inbox/Kept")
        self.move("three cleo", "Inbox/Kept")
        self.deliver()

    def delete_some(self):
        self.delete("two anna")         # the fuller one of two
        self.delete("fading anna")      # two of three
        self.delete("fading ben")
        self.delete("sent cleo")
        self.delete("message anna")     # its attachment is the mail's
        self.delete("pictured ben")
        self.delete("first")            # the content is another mail's, too

    def edit_some(self):
        self.edit("equal ben", self.equal)
        self.edit("back ben", self.was_back, "footer")
        self.edit("only anna", self.letter("only", kind="plain"))
        self.edit("parting ben", self.letter("parting", TEXT[2:]))
        self.edit("named ben", self.letter("named", people={
            "from": [CARL], "to": [f"Arndt <{ANNA}>", BEN]}))
        self.edit("second", self.letter("second", files=[OTHER]))
        self.edit("third", self.letter("third", files=[OTHER]))
        # into the text of another mail of that Message-ID
        self.edit(f"group 0 {ANNA}", self.group[1], "banner")
        self.edit(f"group 2 {BEN}", self.group[0])

    def deliver(self):
        self.sent("new sent", files=[SHARED])
        self.named("new named")
        self.everywhere("new", self.letter("new", files=[
            attached_message("Inside", "more"), SHARED]),
            ("banner",), (), ("disclaimer",))
        self.everywhere("new pictured", self.letter(
            "new pictured", files=[PICTURE]), (), ("footer",))
        # the one that was sent first comes last: ids move
        self.put(f"group 3 {CLEO}", CLEO, self.group[3])
        for n, letter in enumerate(self.others("new group", 4)):
            for box in (BOXES[n % 3], BOXES[(n + 1) % 3]):
                self.put(f"new group {n} {box}", box, letter,
                         *(["banner"] if box == BEN else []))
        # delivered once more
        self.put("fading again", ANNA, self.letter("fading"), "disclaimer")
