"""The first sync of a mailbox on this machine, against the floor (the parts
alone, floor.c, for the same bytes) and against the peer (exchangelib, which
reads a tenth). Only the server's compression differs between the two: the
floor has none, so it is off there, and on against the peer. Then an importer
over the result, and --verify."""

import http.client
import os
import re
import ssl
import time

import exsim
import importer
import kit
import verify

COUNT = int(os.environ.get("BENCH_COUNT", "20000"))
BYTES = int(os.environ.get("BENCH_BYTES", "8192"))
PEER = int(os.environ.get("BENCH_PEER", str(max(COUNT // 10, 1))))
LARGE = 100_000_000  # an attachment


def inbox_id(sim, box):
    """The folder's id, as any client asks for it."""
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
        ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/'
        'messages"><s:Header><t:RequestServerVersion Version='
        '"Exchange2013"/><t:ExchangeImpersonation><t:ConnectingSID>'
        f"<t:PrimarySmtpAddress>{box}</t:PrimarySmtpAddress>"
        "</t:ConnectingSID></t:ExchangeImpersonation></s:Header><s:Body>"
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        '</m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/>'
        "</m:FolderIds></m:GetFolder></s:Body></s:Envelope>")
    connection = http.client.HTTPSConnection(
        "localhost", sim.parts.port,
        context=ssl.create_default_context(cafile=exsim.CA))
    connection.request("POST", sim.parts.path, body, {
        "Content-Type": "text/xml; charset=utf-8",
        "Authorization": "Basic " + kit.credentials()})
    return re.search(r'FolderId Id="([^"]+)"',
                     connection.getresponse().read().decode()).group(1)


def run_floor(sim, box):
    address = f"{box}@contoso.example"
    kit.fresh("floor")
    return kit.Run("floor", [
        kit.FLOOR, str(sim.parts.port), kit.credentials(), address,
        inbox_id(sim, address), "floor.db"], sim)


def run_exsync(sim, name, count, **options):
    kit.fresh(name)
    done = kit.once(sim, name)
    kit.expect("mails stored", kit.one(name, "SELECT count(*) FROM email"),
               count)
    return done


def repeat(sim, runs, seen):
    """Interleaved, so that each ratio is of neighbours."""
    for _ in range(runs):
        sim.commands("option gzip=off\n")
        seen["plain"].append(run_exsync(sim, "first", COUNT))
        seen["floor"].append(run_floor(sim, "first"))
        kit.expect("mails of the floor",
                   kit.one("floor", "SELECT count(*) FROM mail"), COUNT)
        sim.commands("option gzip=on\n")
        before = kit.asked(sim)
        seen["exsync"].append(run_exsync(sim, "first", COUNT))
        seen["asked"] = kit.asked(sim) - before
        kit.fresh("peer")
        seen["peer"].append(kit.peer(sim, sim.url, "few", "keep"))
        kit.expect("mails of the peer", seen["peer"][-1].count, PEER)


def per(top, bottom):
    return [a / b for a, b in zip(top, bottom)]


def report(figures, seen):
    exsync, plain, floor, peer = (
        seen[n] for n in ("exsync", "plain", "floor", "peer"))

    def cpu(runs, count):
        return [r.cpu / count * 1e6 for r in runs]

    figures.add("cpu_vs_floor", per([r.cpu for r in plain],
                                    [r.cpu for r in floor]), "x", "<=1.25")
    figures.add("cpu_compressed_vs_plain", per(
        [r.cpu for r in exsync], [r.cpu for r in plain]), "x")
    rates = [COUNT / r.wall for r in exsync]
    figures.add("rate_vs_peer", per(
        rates, [PEER / r.seconds for r in peer]), "x", ">=25")
    figures.add("peak_rss_mb", [r.rss for r in exsync], "MB", "<=24")
    figures.add("binary_mb", os.path.getsize(kit.BINARY) / 1e6, "MB", "<=4")
    figures.add("requests_per_1000", seen["asked"] * 1000 / COUNT, "requests")
    for name, runs, count in (("exsync", exsync, COUNT),
                              ("exsync_plain", plain, COUNT),
                              ("floor", floor, COUNT), ("peer", peer, PEER)):
        figures.add(f"{name}_cpu_us_per_message", cpu(runs, count), "us")
    figures.add("exsync_rate", rates, "messages/s")
    figures.add("floor_rate", [COUNT / r.wall for r in floor], "messages/s")
    figures.add("peer_rate", [PEER / r.seconds for r in peer], "messages/s")
    figures.served("first", exsync)


def import_all(figures):
    start = time.monotonic()
    mails, _, threads = importer.run(os.path.join(kit.DIR, "first.db"))
    figures.add("import_seconds", time.monotonic() - start, "s")
    figures.add("import_mails", len(mails), "mails")
    figures.add("import_threads", len(threads), "threads")


def large(figures, sim):
    """A mailbox in which one mail has an attachment of 100 MB."""
    sim.commands(kit.generate("large", 1, more="attachment_every=1"
                              f" attachment_bytes={LARGE}"))
    kit.ini("large", sim.url, ["large"])
    done = run_exsync(sim, "large", 1)
    kit.fresh("large")
    figures.add("attachment_100mb_rss_mb", done.rss, "MB", "<=24")
    figures.add("attachment_100mb_rate", LARGE / 1e6 / done.wall, "MB/s")


def measure(figures):
    figures.begin("first", f"{COUNT} mails of {BYTES} bytes, over TLS; the"
                  f" peer {PEER}; medians of {kit.RUNS}")
    with kit.simulator() as sim:
        sim.commands(kit.generate("first", COUNT, BYTES)
                     + kit.generate("few", PEER, BYTES, "seed=2"))
        path = kit.ini("first", sim.url, ["first"])
        seen = {n: [] for n in ("exsync", "plain", "floor", "peer")}
        repeat(sim, kit.RUNS, seen)
        report(figures, seen)
        import_all(figures)
        verify.measure(kit.DIR, sim, COUNT, [kit.BINARY, "-c", path],
                       figures.add)
        large(figures, sim)
    kit.fresh("first", "floor", "peer")
