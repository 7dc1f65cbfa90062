"""What a secret looks like where it must not be."""

import base64
import os
import urllib.parse


def codings(secret, user=None):
    """Every form in which a secret might show."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    forms = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    whole = [raw] + ([user.encode() + b":" + raw] if user else [])
    for plain in whole:
        for start in range(3):  # wherever it begins in a longer text
            text = base64.b64encode(b"\0" * start + plain)
            inner = text[(0, 2, 3)[start]:len(text) // 4 * 4 - 4]
            forms.add(inner)
            forms.add(inner.replace(b"+", b"-").replace(b"/", b"_"))
    if isinstance(secret, str):
        forms |= {secret.encode("utf-16-le"),
                  urllib.parse.quote(secret, safe="").encode(),
                  secret.encode("unicode_escape")}
    return {form for form in forms if len(form) >= 8}


def shown(secrets, data):
    """The one of these forms that is in data (bytes), or None."""
    return next((form for form in secrets if form in data), None)


def stored(secrets, directory, name="exsync.db"):
    """The same for a database with its log, its index and its lock."""
    for one in os.listdir(directory):
        if not one.startswith(name):
            continue
        with open(os.path.join(directory, one), "rb") as f:
            found = shown(secrets, f.read())
        if found is not None:
            return f"{one}: {found!r}"
    return None
