"""The long line that make bench measures over (tests/bench/wan.c): never
faster than it says, however slow this machine is. What takes longer than the
line is held against what the line itself counts as lost."""

import os
import socket
import struct
import sys
import threading
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import wan  # noqa: E402

RTT = 40  # ms
KB = 1000


class Server(threading.Thread):
    """Serves each connection in a thread of its own."""

    def __init__(self, serve):
        super().__init__(daemon=True)
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                got = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.one, args=(got,),
                             daemon=True).start()

    def one(self, connection):
        with connection:
            self.serve(connection)

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module", autouse=True)
def built():
    wan.build()


@pytest.fixture
def line():
    """line(serve, **options): a server behind a line, and the line."""
    kept = []

    def make(serve, **options):
        server = Server(serve)
        kept.extend((server.close, None))
        made = wan.Wan(server.port, **options)
        kept[-1] = made.stop
        return made

    yield make
    for close in reversed(kept):
        if close is not None:
            close()


def dial(to):
    s = socket.create_connection(("127.0.0.1", to.port), timeout=60)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def pour(size):
    """Serves size bytes for each byte that comes."""
    def serve(connection):
        while connection.recv(1):
            connection.sendall(b"x" * size)
    return serve


def drain(s, size):
    got = 0
    while got < size:
        data = s.recv(65536)
        if not data:
            break
        got += len(data)
    return got


def timed(work, *args):
    start = time.monotonic()
    work(*args)
    return time.monotonic() - start


def ping(s):
    s.sendall(b"p")
    assert s.recv(1) == b"p"


def test_round_trips(line):
    to = line(echo, rtt=RTT)
    start = time.monotonic()
    with dial(to) as s:
        ping(s)
        # one to connect, one for the bytes
        assert time.monotonic() - start >= 2 * RTT / 1000
        times = [timed(ping, s) for _ in range(10)]
    assert min(times) >= RTT / 1000
    # the quietest of ten: what the line adds to a round trip
    assert min(times) < 2 * RTT / 1000
    assert to.counts()["connections"] == 1


@pytest.mark.parametrize("up", [False, True])
def test_rate(line, up):
    size, took = 500 * KB, []

    def sink(connection):
        took.append(timed(drain, connection, size))
        connection.sendall(b"d")

    to = line(sink if up else pour(size), rtt=2, mbit=20)
    with dial(to) as s:
        if up:
            whole = timed(lambda: (s.sendall(b"x" * size), s.recv(1)))
        else:
            whole = timed(lambda: (s.sendall(b"g"), drain(s, size)))
    counts = to.counts()
    assert counts["up" if up else "down"] == size
    busy = counts["busy_up" if up else "busy_down"]
    assert busy == pytest.approx(to.seconds(size), rel=0.01)
    assert whole >= busy
    # The line was busy all the time but for what it says itself.
    assert whole <= 1.5 * (busy + counts["lost"]) + 0.5


def test_both_directions_are_lines_of_their_own(line):
    size = 250 * KB
    to = line(echo, rtt=2, mbit=20)
    with dial(to) as s:
        sender = threading.Thread(target=s.sendall, args=(b"x" * size,))
        sender.start()
        assert drain(s, size) == size
        sender.join()
    counts = to.counts()
    assert counts["up"] == counts["down"] == size


def test_connections_share(line):
    """Of one that is done, the others have had as much."""
    size, others = 300 * KB, 3
    to = line(pour(size), rtt=2, mbit=20)
    all_of = [dial(to) for _ in range(others + 1)]
    for s in all_of:
        s.sendall(b"g")
    start = time.monotonic()
    assert drain(all_of[0], size) == size
    # all of it, less what the others still lack, went over the line before
    assert time.monotonic() - start >= 0.5 * to.seconds((others + 1) * size)
    for s in all_of[1:]:
        assert drain(s, size) == size
        s.close()
    all_of[0].close()
    assert time.monotonic() - start >= to.seconds((others + 1) * size)


def test_stalls(line):
    size = 250 * KB  # 100 ms at 20 Mbit/s
    to = line(pour(size), rtt=2, mbit=20, stall=(60, 50))
    with dial(to) as s:
        took = timed(lambda: (s.sendall(b"g"), drain(s, size)))
    assert took >= to.seconds(size) + 2 * 0.050


def test_half_closed(line):
    heard = []

    def late(connection):
        heard.append(drain(connection, 1 << 30))
        connection.sendall(b"answer")

    to = line(late, rtt=RTT, mbit=20)
    with dial(to) as s:
        s.sendall(b"x" * 5000)
        s.shutdown(socket.SHUT_WR)
        assert s.recv(100) == b"answer"
        assert s.recv(100) == b""
    assert heard == [5000]


@pytest.mark.parametrize("by_client", [False, True])
def test_resets_travel(line, by_client):
    """Half a round trip after the bytes before it."""
    seen, ready = [], threading.Event()

    def reset(s):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()

    def serve(connection):
        if not by_client:
            connection.recv(1)
            reset(connection)
            return
        try:
            while connection.recv(1):
                pass
            seen.append("FIN")
        except ConnectionResetError:
            seen.append("RST")
        ready.set()

    to = line(serve, rtt=RTT, mbit=20)
    s = dial(to)
    s.sendall(b"g")
    if by_client:
        time.sleep(3 * RTT / 1000)
        reset(s)
        assert ready.wait(60)
        assert seen == ["RST"]
        return
    start = time.monotonic()
    with pytest.raises(ConnectionResetError):
        s.recv(1)
    assert time.monotonic() - start >= RTT / 1000
    s.close()


def test_nobody_listens(line):
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    to = wan.Wan(port, rtt=RTT)
    try:
        with dial(to) as s, pytest.raises(ConnectionResetError):
            s.recv(1)
    finally:
        to.stop()


def test_nobody_reads(line):
    """What is not taken does not pile up: the sender waits."""
    size, sent = 100_000 * KB, []

    def serve(connection):
        connection.recv(1)
        connection.setblocking(False)
        total = quiet = 0
        while total < size and quiet < 20:
            try:
                total += connection.send(b"x" * 65536)
                quiet = 0
            except BlockingIOError:
                quiet += 1
                time.sleep(0.05)
        sent.append(total)

    to = line(serve, rtt=2, mbit=1000)
    with dial(to) as s:
        s.sendall(b"g")
        deadline = time.monotonic() + 60
        while not sent and time.monotonic() < deadline:
            time.sleep(0.05)
    assert sent and sent[0] < 40_000 * KB
    with open(f"/proc/{to.process.pid}/status", encoding="ascii") as f:
        peak = [x.split()[1] for x in f if x.startswith("VmHWM")]
    assert int(peak[0]) < 16_000


def test_it_costs_little(line):
    """At 100 Mbit/s a part of a core: of the line's own time, for a machine
    that is busy with other things gives the same CPU in more time."""
    size = 5000 * KB
    to = line(pour(size), rtt=30, mbit=100)
    with dial(to) as s:
        s.sendall(b"g")
        assert drain(s, size) == size
    counts = to.counts()
    assert counts["cpu"] < 0.5 * counts["busy_down"]


def test_many_connections(line):
    """They come and go, and none is mixed up with another."""
    def serve(connection):
        n = struct.unpack("!I", connection.recv(4))[0]
        connection.sendall(struct.pack("!I", n) * 500)

    to = line(serve, rtt=10, mbit=50)
    for turn in range(5):
        open_ones = [dial(to) for _ in range(40)]
        for n, s in enumerate(open_ones):
            s.sendall(struct.pack("!I", turn * 1000 + n))
        for n, s in enumerate(open_ones):
            got = b""
            while data := s.recv(65536):
                got += data
            assert got == struct.pack("!I", turn * 1000 + n) * 500
            s.close()
    assert to.counts()["connections"] == 200
