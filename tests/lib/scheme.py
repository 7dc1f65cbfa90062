"""The ways to log in, for tests that are about something else: what the
simulator is told, and what takes the place of Basic's lines in an INI."""

import os

import exsim

BASIC = (f"auth = basic\nusername = {exsim.USER}\n"
         f"password = {exsim.PASSWORD}\n")
SECRET = "r5~client-secret-of-the-tests~8k"
NAMES = ("basic", "ntlm", "oauth")


def of_seed(seed):
    """Each has its turn; SCHEME= in the environment is that for all."""
    return os.environ.get("SCHEME") or NAMES[seed % len(NAMES)]


def words(name):
    """Arguments of the simulator."""
    return {"basic": [], "ntlm": ["--auth", "ntlm"],
            "oauth": ["--auth", "bearer"]}[name]


def wants_tls(name):
    """A token goes over TLS only, whatever the server."""
    return name == "oauth"


def prepare(name, sim):
    if name == "oauth":
        # short tokens: some end in the middle of a pass
        sim.commands(f'app exsync-tests "secret={SECRET}"\n'
                     "option token_seconds=8\n")


def ini(name, text, sim, directory):
    """text with Basic's lines replaced. Writes the files that it names."""
    if BASIC not in text:
        raise ValueError("the INI has no lines of Basic")
    if name == "basic":
        return text
    if name == "ntlm":
        return text.replace(BASIC, BASIC.replace(
            "auth = basic", "auth = ntlm").replace(
                f"username = {exsim.USER}",
                f"username = CONTOSO\\{exsim.USER}"))
    path = os.path.join(directory, "app.secret")
    with open(path, "w", encoding="ascii") as f:
        f.write(SECRET + "\n")
    os.chmod(path, 0o600)
    text = text.replace(
        BASIC, "auth = oauth\ntenant_id = contoso.example\n"
        "client_id = exsync-tests\nclient_secret_file = app.secret\n"
        f"authority = https://{sim.parts.netloc}\n"
        "scope = https://outlook.office365.com/.default\n")
    if "ca_file" not in text:
        text = text.replace("[exsync]\n",
                            f"[exsync]\nca_file = {exsim.CA}\n", 1)
    return text
