#!/usr/bin/python3
"""How the made-up mail compresses beside real mail: what single bodies and
batches of a server's answers become.

	ratio.py [COUNT [BYTES]]

The simulator's mails are fetched as exsync does; those of ../shared/mail are
read as they lie, their text and HTML parts."""

import email
import email.policy
import glob
import os
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.dont_write_bytecode = True

import exsim  # noqa: E402
from rawews import Client  # noqa: E402

BOX = "box@contoso.example"
BATCH = 50


def packed(data, level=1):
    return len(zlib.compress(data, level))


def median(numbers):
    numbers = sorted(numbers)
    return numbers[len(numbers) // 2]


def line(name, singles, batches):
    print(f"{name:18} {len(singles):5} of {median(map(len, singles)):6} bytes"
          f"  alone {median([packed(s) / len(s) for s in singles]):.3f}"
          f" (level 6: {median([packed(s, 6) / len(s) for s in singles]):.3f}"
          f")  answers of {BATCH}"
          f" {sum(map(packed, batches)) / sum(map(len, batches)):.3f}")


def made_up(count, size, more):
    with tempfile.TemporaryDirectory() as where:
        sim = exsim.Sim(where, ["--no-schema"])
        try:
            sim.commands(f"mailbox {BOX}\n"
                         f"generate {BOX} @inbox {count} {size} {more}\n")
            ids = [i["id"] for i in sim.dump(BOX)]
            client, singles, batches = Client(sim, BOX), [], []
            for at in range(0, count, BATCH):
                got = client.call(
                    "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties"
                    "</t:BaseShape></m:ItemShape><m:ItemIds>" + "".join(
                        f'<t:ItemId Id="{i}"/>' for i in ids[at:at + BATCH])
                    + "</m:ItemIds></m:GetItem>")
                batches.append(got.data)
                singles += [b.text.encode() for b in got.all("t:Body")]
            return singles, batches
        finally:
            sim.stop()


def real():
    bodies = []
    for path in sorted(glob.glob(os.path.join(exsim.MAIL, "**", "*.eml"),
                                 recursive=True)):
        with open(path, "rb") as f:
            mail = email.message_from_bytes(f.read(),
                                            policy=email.policy.compat32)
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                data = part.get_payload(decode=True) or b""
                if len(data) >= 2000:
                    bodies.append(data)
    return bodies


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 8192
    for name, more in ("paragraphs", ""), ("prose", "prose=1"):
        line(name, *made_up(count, size, more))
    bodies = real()
    if bodies:
        line("../shared/mail", bodies, [
            b"".join(bodies[at:at + BATCH])
            for at in range(0, len(bodies), BATCH)])


if __name__ == "__main__":
    main()
