"""The scenarios of the BoT-IoT twin: who sends what to whom, when, and with which habits.

The habits follow what the rows of the data set show of its testbed:

* a flood of one packet a flow runs through the source ports in a cycle, so that a port comes up
  again after some seconds; a flow's packets are the cycles of its port within one capture;
* captures are cut by size, so that floods fill one in seconds to two minutes, and whatever is
  longer goes on in the next one;
* the victims of a denial of service are attacked side by side, those of a distributed one in turn;
* web floods open connections over a round and drop them together at its end;
* scans are one packet and its refusal, over and over;
* telemetry, name lookups and browsing go on in every capture.

Periods are in seconds, spreads are standard deviations of logarithms, and chances are a packet's.
All were chosen by looking at aggregates of the real rows and rounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from lib.datasets.botiot_packets import PACKET, address, flags, kind, packets

NETWORK = "10.77.5."
ATTACKERS = tuple(address(f"{NETWORK}{host}") for host in (21, 22, 23, 24))
VICTIMS = tuple(address(f"{NETWORK}{host}") for host in (31, 32, 33, 34))
SENSORS = tuple(address(f"{NETWORK}{host}") for host in (61, 62))
BROADCAST = address(f"{NETWORK}255")
SILENT_RESOLVER, RESOLVER = address("10.77.9.53"), address("10.77.8.53")
BROKER = address("203.0.113.83")
WEB_SITES = tuple(address(f"198.51.100.{host}") for host in range(10, 30))
MONDAY = 1_715_558_400.0  # 13 May 2024, 00:00 UTC
HOUR, DAY = 3600.0, 86_400.0
STEP = 0.05
PORTS = 64_000


@dataclass(frozen=True)
class Capture:
    """One capture file: a window of time, whose attack it holds, and its packets."""

    category: str
    subcategory: str
    start: float
    stop: float
    packets: np.ndarray = field(repr=False)


class Recorder:
    """Collects packets, one at a time or many."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self._single: list[tuple] = []
        self._many: list[np.ndarray] = []

    def add(self, many: np.ndarray) -> None:
        """Keep packets that are made already.

        Parameters
        ----------
        many : numpy.ndarray
            Of type `PACKET`.
        """
        self._many.append(many)

    def one(self, time: float, name: str, source: int, destination: int, **fields) -> None:
        """Keep one packet.

        Parameters
        ----------
        time : float
            Seconds since 1970.
        name : str
            The kind of packet.
        source, destination : int
            Addresses.
        **fields
            The other fields of a packet.
        """
        rest = (fields.get(each, 0) for each in PACKET.names[4:])
        self._single.append((round(time * 1e6), kind(name), source, destination, *rest))

    def talk(self, start: float, ends: tuple[int, int, int, int], script: str, gap: float) -> float:
        """Keep a TCP conversation written as a script.

        Parameters
        ----------
        start : float
            Seconds since 1970.
        ends : tuple of int
            Client, its port, server, its port.
        script : str
            Steps such as ``">T"`` (client, opening), ``"<SA"`` (server, SYN and ACK),
            ``">PA:250"`` (with 250 bytes) and ``">FA@5"`` (after five seconds).
        gap : float
            Median seconds before a step that names none.

        Returns
        -------
        float
            The time of the last step.
        """
        client, sport, server, dport = ends
        numbers, time = self.rng.integers(1, 2**31, 2).tolist(), start
        stamped = script.startswith(">T")
        for place, step in enumerate(script.split()):
            who, what, size, wait = _read_step(step)
            if place:
                time += wait * self.rng.lognormal(0, 0.001) if wait else _delay(self.rng, gap)
            sides = (client, server, sport, dport) if who == 0 else (server, client, dport, sport)
            letters = "S" if what == "T" else what
            self.one(
                time,
                _tcp_kind(letters, stamped),
                *sides[:2],
                sport=sides[2],
                dport=sides[3],
                flags=flags(letters.replace("N", "")),
                sequence=numbers[who],
                acknowledged=numbers[1 - who] if "A" in letters else 0,
                payload=size,
            )
            numbers[who] += size + ("S" in letters) + ("F" in letters)
        return time

    def packets(self) -> np.ndarray:
        """Return everything kept, in the order of time.

        Returns
        -------
        numpy.ndarray
            Of type `PACKET`.
        """
        kept = np.concatenate([np.array(self._single, PACKET), *self._many])
        return kept[np.argsort(kept["time"], kind="stable")]


def _read_step(step: str) -> tuple[int, str, int, float]:
    """Return who sends, the flags, the bytes and the seconds to wait."""
    what, _, wait = step[1:].partition("@")
    letters, _, size = what.partition(":")
    return "><".index(step[0]), letters, int(size or 0), float(wait or 0)


def _delay(rng: np.random.Generator, median: float) -> float:
    return median * rng.lognormal(0, 0.6)


def _tcp_kind(letters: str, stamped: bool) -> str:
    if not stamped or letters in ("R", "RA"):
        return "tcp"
    return "tcp_opening" if "S" in letters else "tcp_stamped"


# Floods of packets that each look like a new flow.


@dataclass(frozen=True)
class Answer:
    """How a victim answers the SYN packets of a flood.

    ``how`` is "accept" (SYN and ACK, which the attacker's kernel resets), "refuse" (RST) or "".
    """

    how: str = ""
    first: float = 0.0
    again: float = 0.0
    delay: float = 0.05


@dataclass(frozen=True)
class Stream:
    """The flood from one attacker to one victim: the period of its port cycle, and its changes."""

    attacker: int
    victim: int
    period: float
    between: float = 0.1
    within: float = 0.05
    lost: float = 0.0
    answer: Answer = field(default_factory=Answer)


@dataclass(frozen=True)
class Flood:
    """A part of a flood: its streams, and how long its captures and the pauses after them are."""

    category: str
    subcategory: str
    start: float
    captures: int
    seconds: tuple[float, float]
    rows: int
    streams: tuple[Stream, ...]
    common: float = 0.0
    short: float = 0.05
    pause: float = 0.06


def flood_captures(flood: Flood, rng: np.random.Generator) -> Iterator[Capture]:
    """Yield the captures of a flood.

    Parameters
    ----------
    flood : Flood
        Its habits.
    rng : numpy.random.Generator
        The same state gives the same packets.

    Yields
    ------
    Capture
        Of about ``rows / captures`` flows each, telemetry apart.
    """
    start, flows = flood.start, round(flood.rows / flood.captures / len(flood.streams))
    for _ in range(flood.captures):
        seconds = rng.uniform(*flood.seconds) * (rng.uniform(0.1, 0.5) if _is(rng, flood.short) else 1)
        recorder, shared = Recorder(rng), rng.normal(0, flood.common)
        for stream in flood.streams:
            faster = replace(stream, period=stream.period * np.exp(shared))
            recorder.add(_stream_packets(faster, flood.subcategory, start, seconds, flows, rng))
        background(recorder, start, start + seconds)
        yield Capture(
            flood.category, flood.subcategory, start, start + seconds, recorder.packets()
        )
        start += seconds + (rng.uniform(60, 180) if _is(rng, flood.pause) else rng.exponential(0.7))


def _is(rng: np.random.Generator, chance: float) -> bool:
    return bool(rng.random() < chance)


def _stream_packets(stream, protocol, start, seconds, flows, rng) -> np.ndarray:
    """Make the packets of some source ports: each port's turns, less the lost, and the answers."""
    port, turn = _turns(stream, seconds, flows, rng)
    kept = rng.random(len(turn)) >= stream.lost
    port, turn = port[kept], turn[kept]
    ends = {
        "source": ATTACKERS[stream.attacker],
        "destination": VICTIMS[stream.victim],
        "sport": port,
        "dport": 80,
    }
    if protocol == "UDP":
        return packets(start + turn, "udp", payload=18, **ends)
    sequence = rng.integers(1, 2**31, len(turn))
    fields = {"payload": 100, "flags": flags("S"), "sequence": sequence}
    sent = packets(start + turn, "tcp", **fields, **ends)
    return np.concatenate([sent, *_answers(stream.answer, sent, seconds, start, rng)])


def _turns(stream: Stream, seconds: float, flows: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return the ports and times (s) at which the cycle of a flood comes to each port."""
    grid = np.arange(0, seconds + STEP, STEP)
    drift = np.cumsum(rng.normal(0, 1, len(grid))) * np.sqrt(STEP)
    drift = stream.within * (drift - drift.mean()) / np.sqrt(20)
    rate = np.exp(rng.normal(0, stream.between) + drift) / stream.period
    cycles = np.concatenate([[0], np.cumsum(rate[:-1] * STEP)])
    position = np.sort(rng.random(flows))
    turn = position[:, None] + np.arange(int(cycles[-1]) + 1)
    number, place = np.nonzero(turn <= cycles[-1])
    times = np.interp(turn[number, place], cycles, grid) + rng.normal(0, 3e-4, len(number))
    return (1024 + position[number] * PORTS).astype(int), np.clip(times, 0, None)


def _answers(answer: Answer, sent: np.ndarray, seconds: float, start: float, rng) -> list:
    """Return the answers to the SYN packets of a stream, and what the attacker says to them."""
    if not answer.how or not len(sent):
        return []
    draws, given, done = rng.random(len(sent)), np.zeros(len(sent), bool), set()
    for place, port in enumerate(sent["sport"].tolist()):
        given[place] = draws[place] < (answer.again if port in done else answer.first)
        if given[place]:
            done.add(port)
    asked = sent[given]
    reply = asked.copy()
    reply["source"], reply["destination"] = asked["destination"], asked["source"]
    reply["sport"], reply["dport"] = asked["dport"], asked["sport"]
    reply["time"] += (1e6 * answer.delay * rng.lognormal(0, 0.35, len(asked))).astype(int)
    reply["acknowledged"], reply["payload"] = asked["sequence"] + 101, 0
    reply["flags"], reply["sequence"] = flags("RA"), 0
    if answer.how == "refuse":
        return [reply]
    reply["flags"], reply["sequence"] = flags("SA"), rng.integers(1, 2**31, len(asked))
    reset = asked.copy()
    reset["time"], reset["payload"] = reply["time"] + 200, 0
    reset["flags"], reset["sequence"] = flags("R"), asked["sequence"] + 1
    return [reply, reset]


def _one_victim(victim: int, period: float, factors=(1, 1, 1, 1), **habits) -> tuple[Stream, ...]:
    """Return the streams of all attackers to one victim."""
    return tuple(Stream(a, victim, period * f, **habits) for a, f in enumerate(factors))


# Web floods.


def web_captures(category: str, start: float, rows: int, seconds: float, rounds, rng) -> Iterator:
    """Yield the captures of a flood of slow web requests.

    Parameters
    ----------
    category : str
        ``"DoS"`` or ``"DDoS"``.
    start : float
        Seconds since 1970.
    rows : int
        Connections.
    seconds : float
        Length of the flood; three captures hold it.
    rounds : sequence of float
        Each attacker's median round in seconds.
    rng : numpy.random.Generator
        The same state gives the same packets.

    Yields
    ------
    Capture
        Connections that outlast a capture go on in the next one.
    """
    recorder = Recorder(rng)
    for attacker, median in enumerate(rounds):
        _web_rounds(recorder, attacker, start, seconds, round(rows / len(rounds)), median)
    sent = recorder.packets()
    edges = start + seconds * np.array([0, 0.3, 0.64, 1])
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        inside = (sent["time"] >= begin * 1e6) & (sent["time"] < end * 1e6)
        around = Recorder(rng)
        background(around, begin, end, busy=0.3)
        around.add(sent[inside])
        yield Capture(category, "HTTP", begin, end, around.packets())


def _web_rounds(recorder, attacker, start, seconds, rows, median) -> None:
    """Keep one attacker's connections: opened over a round, dropped together at its end."""
    rng, time, port = recorder.rng, start + recorder.rng.uniform(0, 10), 32_768 + 500 * attacker
    lengths = np.clip(median * rng.lognormal(0, 0.35, 1 + int(1.5 * seconds / median)), 8, 240)
    lengths = lengths[: np.searchsorted(np.cumsum(lengths), seconds) + 1]
    share = rng.multinomial(rows, lengths / lengths.sum())
    for length, count in zip(lengths, share, strict=True):
        victim = VICTIMS[3 * _is(rng, 0.4)]
        bursts = np.sort(rng.uniform(0, 0.93, max(2, count // 5))) * length
        for opened in np.sort(rng.choice(bursts, count)):
            port += rng.integers(1, 4) * 2
            ends = (ATTACKERS[attacker], int(port), victim, 80)
            begin = time + opened + rng.uniform(0, 0.1)
            _web_connection(recorder, begin, time + length, ends, ends_well=length > 85)
        time += length


def _web_connection(recorder, start, stop, ends, ends_well: bool) -> None:
    """Keep a connection: a request, its page, the server's farewell, the client's at the end."""
    rng = recorder.rng
    request = int(np.clip(rng.normal(420, 85), 240, 740))
    waits = [0.2 * 2**turn for turn in range(_retries(rng))]
    again = " ".join(f">PA:{request}@{wait}" for wait in waits)
    page = 1124 if ends_well or _is(rng, 0.3) else 494
    patience = 0.02 if _is(rng, 0.04) else max(rng.normal(14, 4), 1)
    left = stop - start - sum(waits)
    steps = [f">T <SA >A >PA:{request}", again, f"<A <PA:{page} >A"]
    if patience < left:
        steps += [f"<FA@{patience} >A", f"{'>FA' if ends_well else '>R'}@{left - patience}"]
    else:
        steps.append(f">R@{max(left, 0.01)}")
    recorder.talk(start, ends, " ".join(steps), 0.09 if _is(rng, 0.25) else 2e-5)


def _retries(rng: np.random.Generator) -> int:
    return min(int(rng.geometric(0.35)), 8) if _is(rng, 0.08) else 0


# Scans: conversations with their weights, ports, and median delay of an answer.

REFUSED = ">S <RA"
SERVICE_PROBES = (
    (880, REFUSED, None),
    (19, ">T <RA", None),
    (7, ">S", None),
    (22, ">T <SA >A >PA:250 <A <RA", 1883),
    (15, ">T <SA >A >PA:517 <A <PA:488 >A <FA >A >RA >R", 80),
    (14, ">T <SA >A >PA:517 <A <PA:488 >A <FA >A >RA", 80),
    (6, ">T <SA >A >PA:250 <A <FA >FA <A", 5432),
    (3, ">T <SA >A >PA:270 <A <PA:600@0.17 >A <FA >FA <A", 8180),
    (3, ">S >S@0.01 <RA", None),
    (2, ">S <RA >S <RA", None),
    (2, ">S >S@0.5 >S@0.5 <RA", None),
    (2, ">S >S@0.6 >S@0.6 >S@0.6 >S@0.6 <RA", None),
)
SYSTEM_PROBES = (
    (800, REFUSED, None),
    (25, ">N <RA", None),
    (25, ">FSPU <RA", None),
    (25, ">FPU <RA", None),
    (25, ">A <R", None),
    (26, ">S", None),
    (12, ">S <SA >R", 3306),
    (11, ">T <SA >A >PA:100@5.006 <A >A <FA >FA >A <A", 49153),
    (10, ">T <SA >A >PA:70 <A >FA@5.006 <FA >A <A", 49156),
    (9, ">T <SA >A >PA:32 <A >FA <FA", 49152),
    (4, ">T <SA >A >FA@7.5 <A <FA >A", 135),
    (9, ">T <SA >A >PA:44 <A <RA", 513),
    (5, ">S <RA >S@1.147 <RA", 1),
    (4, ">R >R", None),
    (3, ">T <SA >A >PA:150 <A <PA:800@0.05 >A <FA >FA <A", 80),
)


@dataclass(frozen=True)
class Scan:
    """A round of probing: what is sent, how fast victims answer, and whom it visits."""

    subcategory: str
    start: float
    captures: int
    seconds: float
    rows: int
    delay: float
    spread: float
    victims: tuple[int, ...] = (0, 0, 0, 1, 2, 3)
    datagrams: float = 0.0


def scan_captures(scan: Scan, rng: np.random.Generator) -> Iterator[Capture]:
    """Yield the captures of a scan.

    Parameters
    ----------
    scan : Scan
        Its habits.
    rng : numpy.random.Generator
        The same state gives the same packets.

    Yields
    ------
    Capture
        Of ``rows / captures`` probes each.
    """
    seconds = scan.seconds / scan.captures
    for number in range(scan.captures):
        start, recorder = scan.start + number * seconds, Recorder(rng)
        used = rng.integers(33_000, 61_000, 4)
        for time in np.sort(start + rng.uniform(0, 0.97 * seconds, scan.rows // scan.captures)):
            attacker = int(rng.integers(4))
            ends = (ATTACKERS[attacker], int(used[attacker]), VICTIMS[rng.choice(scan.victims)], 0)
            (_datagram if _is(rng, scan.datagrams) else _probe)(recorder, time, ends, scan)
        background(recorder, start, start + seconds, busy=0.3)
        stop = start + seconds
        yield Capture("Reconnaissance", scan.subcategory, start, stop, recorder.packets())


def _probe(recorder: Recorder, time: float, ends: tuple, scan: Scan) -> None:
    rng = recorder.rng
    probes = SERVICE_PROBES if scan.subcategory == "Service_Scan" else SYSTEM_PROBES
    weights = np.array([weight for weight, _, _ in probes], float)
    _, script, port = probes[rng.choice(len(probes), p=weights / weights.sum())]
    sport = ends[1] if port is None else int(rng.integers(33_000, 61_000))
    if port is not None:
        recorder.talk(time, (ends[0], sport, ends[2], port), script, 5e-5 * rng.lognormal(0, 0.6))
        return
    delay = scan.delay * rng.lognormal(0, scan.spread)
    recorder.talk(time, (ends[0], sport, ends[2], int(rng.integers(1, 65_535))), script, delay)


def _datagram(recorder: Recorder, time: float, ends: tuple, scan: Scan) -> None:
    """Keep a UDP probe, and mostly the message that its port is closed."""
    client, sport, server, _ = ends
    ports = {"sport": sport, "dport": int(recorder.rng.integers(1, 65_535))}
    recorder.one(time, "udp", client, server, **ports)
    if _is(recorder.rng, 0.75):
        back = {"sport": ports["dport"], "dport": sport}
        recorder.one(time + 1e-4, "unreachable", server, client, **back)
    if _is(recorder.rng, 0.03):
        recorder.one(time, "echo", client, server)
        recorder.one(time + 1e-4, "echo_reply", server, client)


# Thefts: a break-in, many tries of a shell, and what is carried away.

LOGIN = ">T <SA >A <PA:32 >A >PA:22 <A <PA:976 >PA:640 <A >PA:24 <PA:280 >A >PA:16 <A >PA:44 <PA:44"
GUESS = " >PA:60 <PA:52@{0} >PA:84 <PA:84@{1}"
THEFTS = (
    (">T <SA >R", "closed"),
    (">T <SA >A <A <RA >R", "left"),
    (LOGIN + GUESS + " >A <PA:900 >A <A >FA <FA >A", "signed in"),
    (LOGIN + GUESS + " <A <PA:900 >A >FA <A <FA >A", "signed in late"),
    (LOGIN + GUESS + " <PA:900 >A <A >R", "refused"),
)
SHELL = ">T <RA"
EXPLOIT = ">T <SA >A >PA:1448 >PA:1448 >PA:1309 <A <A >RA <RA"
SERVICE_LIST = ">T <SA >A >PA:130 <A >FA <FA >A >A"
SESSIONS = {
    "Keylogging": {"shell": 0.735, "exploit": 0.1, "login": 0.155, "list": 0.01},
    "Data_Exfiltration": {"shell": 0.0, "exploit": 0.0, "login": 0.98, "list": 0.02},
}
LOGINS = {"Keylogging": (0.3, 0.05, 0.35, 0.13, 0.17), "Data_Exfiltration": (0.24, 0.05, 0.4, 0.17, 0.14)}


def theft_captures(subcategory: str, start: float, rows: int, rng) -> Iterator[Capture]:
    """Yield the captures of a theft: one, of eighteen minutes.

    Parameters
    ----------
    subcategory : str
        ``"Keylogging"`` or ``"Data_Exfiltration"``.
    start : float
        Seconds since 1970.
    rows : int
        Conversations.
    rng : numpy.random.Generator
        The same state gives the same packets.

    Yields
    ------
    Capture
        With the ARP exchanges and the large transfer that go with it.
    """
    recorder, seconds = Recorder(rng), 1100.0
    names, shares = zip(*SESSIONS[subcategory].items(), strict=True)
    for time in np.sort(start + rng.uniform(0, seconds - 20, rows)):
        _theft(recorder, time, str(rng.choice(names, p=shares)), LOGINS[subcategory])
    for attacker, victim in ((2, 0), (3, 0), (3, 2), (2, 2)):
        times = start + np.sort(rng.uniform(0, seconds, int(rng.integers(3, 20))))
        _resolve(recorder, times, ATTACKERS[attacker], VICTIMS[victim])
    _carry_away(recorder, start + 300, 26 if subcategory == "Keylogging" else 12_000)
    background(recorder, start, start + seconds, busy=0.3)
    yield Capture("Theft", subcategory, start, start + seconds, recorder.packets())


def _theft(recorder: Recorder, time: float, name: str, shares: tuple) -> None:
    """Keep one conversation; a shell is called from the victim."""
    rng, port = recorder.rng, int(recorder.rng.integers(33_000, 61_000))
    attacker, victim = ATTACKERS[3 if _is(rng, 0.6) else 2], VICTIMS[0]
    if name == "shell":
        recorder.talk(time, (victim, port, attacker, 4433), SHELL, 1.5e-4)
    elif name == "exploit":
        recorder.talk(time, (attacker, port, VICTIMS[2], 445), EXPLOIT, 0.002)
    elif name == "list":
        recorder.talk(time, (attacker, port, VICTIMS[2], 135), SERVICE_LIST, 1e-4)
    else:
        script = THEFTS[rng.choice(len(THEFTS), p=shares)][0]
        waits = (0.4 * rng.lognormal(0, 0.2), rng.choice([1.6, 2.0, 3.9]))
        recorder.talk(time, (attacker, port, victim, 22), script.format(*waits), 0.004)


def _carry_away(recorder: Recorder, start: float, count: int) -> None:
    """Keep the transfer of files from a victim to the attacker's shell."""
    times = start + np.sort(recorder.rng.uniform(0, 400, count))
    there, back = (VICTIMS[0], ATTACKERS[3], 51_000, 4433), (ATTACKERS[3], VICTIMS[0], 4433, 51_000)
    for sides, shift, size in ((there, 0.0, 4800), (back, 1e-3, 50)):
        recorder.add(_established(times + shift, sides, size))


def _established(times: np.ndarray, sides: tuple, size: int) -> np.ndarray:
    """Make one direction of a TCP connection that was opened before."""
    source, destination, sport, dport = sides
    fields = {"sport": sport, "dport": dport, "flags": flags("PA" if size else "A")}
    numbers = {"sequence": 1000 + size * np.arange(len(times)), "acknowledged": 1000}
    ends = {"source": source, "destination": destination}
    return packets(times, "tcp_stamped", payload=size, **ends, **fields, **numbers)


# What goes on in every capture.


def background(recorder: Recorder, start: float, stop: float, busy: float = 1.0) -> None:
    """Keep the normal traffic of a window of time.

    Parameters
    ----------
    recorder : Recorder
        Where to keep it.
    start, stop : float
        Seconds since 1970.
    busy : float
        Share of the usual chance that sensors send at their full rate.
    """
    rng = recorder.rng
    for time in rng.uniform(start, stop, rng.poisson(1.5)):
        _lookup(recorder, time)
    for time in rng.uniform(start, max(stop - 5.1, start), rng.poisson(1.7)):
        _vain_lookup(recorder, time)
    for time in rng.uniform(start, stop, rng.poisson(0.35)):
        _small_talk(recorder, time)
    if _is(rng, 0.75):
        _telemetry(recorder, start, stop)
    for chance, flow in ((0.5, _sensor_datagrams), (0.3, _sensor_stream), (0.12, _one_way)):
        if _is(rng, busy * chance):
            length = min(stop - start, rng.uniform(8, 45))
            flow(recorder, start, start + length)
    if stop - start > 50 and _is(rng, 0.2):
        _browse(recorder, rng.uniform(start, stop - 30))


def _lookup(recorder: Recorder, time: float) -> None:
    """Keep a name lookup and its answer, from nearby or from far."""
    rng = recorder.rng
    host, port = int(rng.choice(VICTIMS)), int(rng.integers(1024, 65_535))
    delay = rng.choice([0.004 * rng.lognormal(0, 0.7), rng.normal(0.147, 0.003)])
    question = {"sport": port, "dport": 53, "payload": int(rng.integers(22, 60))}
    answer = {"sport": 53, "dport": port, "payload": int(rng.integers(60, 300))}
    recorder.one(time, "udp", host, RESOLVER, **question)
    recorder.one(time + delay, "udp", RESOLVER, host, **answer)


def _vain_lookup(recorder: Recorder, time: float) -> None:
    """Keep a name lookup that is repeated after five seconds and never answered."""
    host, port = int(recorder.rng.choice(VICTIMS)), int(recorder.rng.integers(1024, 65_535))
    for when in (time, time + recorder.rng.normal(5.045, 0.004)):
        recorder.one(when, "udp", host, SILENT_RESOLVER, sport=port, dport=53, payload=46)


def _small_talk(recorder: Recorder, time: float) -> None:
    """Keep an announcement to all, an ARP exchange, or an IPv6 host's call for a router."""
    rng = recorder.rng
    host, other = (int(each) for each in rng.choice(VICTIMS, 2, replace=False))
    choice = rng.choice(["announcement", "arp", "router"], p=[0.35, 0.5, 0.15])
    if choice == "announcement":
        port = int(rng.choice([138, 5353]))
        recorder.one(time, "udp", host, BROADCAST, sport=port, dport=port, payload=65)
    elif choice == "router":
        recorder.one(time, "router_solicitation", host, 0)
    else:
        _resolve(recorder, np.array([time]), host, other)


def _resolve(recorder: Recorder, times: np.ndarray, host: int, other: int) -> None:
    for time in times:
        recorder.one(time, "arp", host, other)
        recorder.one(time + _delay(recorder.rng, 2e-4), "arp_reply", other, host)


def _telemetry(recorder: Recorder, start: float, stop: float) -> None:
    """Keep the MQTT publications of a connection that was opened before."""
    gap = recorder.rng.uniform(1.7, 3.2)
    times = np.arange(start + recorder.rng.uniform(0, gap), stop, gap)
    times = times + recorder.rng.normal(0, 0.3, len(times)).clip(-0.7, 0.7)
    there, back = (VICTIMS[0], BROKER, 41_307, 8883), (BROKER, VICTIMS[0], 8883, 41_307)
    recorder.add(_established(times, there, 700))
    recorder.add(_established(times + recorder.rng.normal(0.05, 0.002), back, 0))


def _sensor_datagrams(recorder: Recorder, start: float, stop: float) -> None:
    """Keep datagrams that two hosts exchange at eighty a second."""
    times = np.arange(start, stop, 1 / 80)
    here, there, ports = SENSORS[0], VICTIMS[1], (3456, 80)
    recorder.add(_datagrams(times, here, there, ports, 908))
    recorder.add(_datagrams(times + 2e-3, there, here, ports[::-1], 950))


def _datagrams(times: np.ndarray, source: int, destination: int, ports: tuple, size: int):
    ends = {"source": source, "destination": destination, "sport": ports[0], "dport": ports[1]}
    return packets(times, "udp", payload=size, **ends)


def _sensor_stream(recorder: Recorder, start: float, stop: float) -> None:
    """Keep a connection on which two hosts exchange eighty messages a second."""
    times = np.arange(start, stop, 1 / 80)
    here, there = (SENSORS[1], VICTIMS[0], 8080, 80), (VICTIMS[0], SENSORS[1], 80, 8080)
    recorder.add(_established(times, here, 920))
    recorder.add(_established(times + 2e-3, there, 860))


def _one_way(recorder: Recorder, start: float, stop: float) -> None:
    """Keep what a host sends without an answer, as datagrams or as segments."""
    rng = recorder.rng
    times = np.arange(start, stop, 1 / rng.choice([7.5, 26, 44]))
    if _is(rng, 0.3):
        recorder.add(_datagrams(times, VICTIMS[3], VICTIMS[0], (365, 565), 18))
    else:
        recorder.add(_established(times, (VICTIMS[2], VICTIMS[0], 80, 80), 230))


def _browse(recorder: Recorder, time: float) -> None:
    """Keep a visit to a web site."""
    rng = recorder.rng
    ends = (VICTIMS[0], int(rng.integers(33_000, 61_000)), int(rng.choice(WEB_SITES)), 443)
    pages = " ".join([">PA:300 <PA:1300 <PA:900 >A"] * int(rng.integers(1, 9)))
    wait = rng.choice([0.02, 5, 20])
    recorder.talk(time, ends, f">T <SA >A {pages} >FA@{wait} <FA >A", 0.05)


# The timetable.

ACCEPTS = Answer("accept", 1.0, 1.0, 0.15)
SOMETIMES_ACCEPTS = Answer("accept", 0.17, 0.17, 0.2)
REFUSES_ONCE = Answer("refuse", 0.35, 0.05, 0.045)
REFUSES_SOME = Answer("refuse", 0.17, 0.17, 0.04)
RARELY_REFUSES = Answer("refuse", 0.06, 0.06, 0.05)
UNEVEN = (0.8, 0.85, 0.95, 1.25)


def _side_by_side(turn: int, chosen: tuple[Stream, ...]) -> tuple[Stream, ...]:
    """Let another attacker take each victim."""
    return tuple(replace(each, attacker=(each.attacker + turn) % 4) for each in chosen)


SYN_STREAMS = (
    Stream(3, 0, 26.4, 0.03, 0.015, answer=ACCEPTS),
    Stream(2, 1, 12.5, 0.38, 0.1, 0.05, RARELY_REFUSES),
    Stream(1, 2, 19.5, 0.04, 0.01, 0.01, REFUSES_ONCE),
    Stream(0, 3, 8.9, 0.33, 0.1, 0.03),
)
UDP_STREAMS = (
    Stream(3, 0, 1.65, 0.12, 0.05, 0.01),
    Stream(2, 1, 4.2, 0.12, 0.06, 0.01),
    Stream(1, 2, 4.7, 0.15, 0.05, 0.01),
    Stream(0, 3, 5.1, 0.15, 0.07, 0.01),
)


def _side_by_side_floods(day: float) -> list[Flood]:
    """Return the parts of the two denials of service, each with its pairs."""
    syn = [
        Flood("DoS", "TCP", day + 3 * HOUR + t, 13, (54, 60), 800, _side_by_side(turn, SYN_STREAMS))
        for turn, t in enumerate((60, 1100, 2100))
    ]
    udp = [
        Flood(
            "DoS", "UDP", day + 4 * HOUR + t, 13, (24, 41), 1250, _side_by_side(turn, UDP_STREAMS), 0.2
        )
        for turn, t in enumerate((200, 1000, 1900))
    ]
    return syn + udp


def _distributed_floods(day: float) -> list[Flood]:
    """Return the parts of the two distributed denials of service, one victim after the other."""
    syn, udp = day + 7 * HOUR, day + 8 * HOUR
    lossy, steady = {"between": 0.2, "within": 0.08, "lost": 0.12}, {"between": 0.006, "within": 5e-4}
    first = _one_victim(0, 5.3, answer=SOMETIMES_ACCEPTS, **lossy)
    second = _one_victim(1, 4.8, answer=RARELY_REFUSES, **lossy)
    third = _one_victim(2, 17.33, answer=REFUSES_SOME, **steady)
    fourth = _one_victim(3, 4.4, **lossy)
    slow = _one_victim(2, 15.95, (0.995, 1, 1, 1.005), between=0.004, within=5e-4)
    return [
        Flood("DDoS", "TCP", syn + 300, 11, (13, 28), 1050, first, 0.15),
        Flood("DDoS", "TCP", syn + 1000, 12, (8, 34), 1060, second, 0.15, 0.1),
        Flood("DDoS", "TCP", syn + 1700, 5, (66, 69), 520, third, 0, 0.2, 0),
        Flood("DDoS", "TCP", syn + 2200, 10, (8, 28), 900, fourth, 0.2, 0.1),
        Flood("DDoS", "UDP", udp + 200, 18, (11, 21), 1560, _one_victim(0, 1.75, UNEVEN), 0.18),
        Flood("DDoS", "UDP", udp + 900, 5, (15, 44), 410, _one_victim(1, 4.6, UNEVEN), 0.15),
        Flood("DDoS", "UDP", udp + 1400, 3, (38, 46), 200, _one_victim(2, 4.5), 0.1),
        Flood("DDoS", "UDP", udp + 1600, 5, (113, 121), 500, slow, 0, 0, 0),
        Flood("DDoS", "UDP", udp + 2500, 10, (8, 47), 840, _one_victim(3, 4.3, UNEVEN), 0.2, 0.1),
    ]


def _scans(day: float) -> list[Scan]:
    systems = [
        Scan("OS_Fingerprint", day + hour * HOUR, 4, 2200, 250, 2.6e-4, 1.9)
        for hour in (4.25, 9.1, 28.1, 33.1)
    ]
    wide, narrow = {"datagrams": 0.035}, (0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    services = [
        Scan("Service_Scan", day - 6 * DAY + 0.5 * HOUR, 3, 8000, 105, 1.5e-4, 1.5, datagrams=0.2),
        Scan("Service_Scan", day - 6 * DAY + 3.1 * HOUR, 1, 2600, 45, 7e-4, 2.5, datagrams=0.2),
        *(
            Scan("Service_Scan", day + hour * HOUR, 3, 3000, 320, 0.018, 0.9, narrow, **wide)
            for hour in (5.25, 10.25, 24.25, 29.25)
        ),
        *(
            Scan("Service_Scan", day + hour * HOUR, 1, 1500, 7, 5.5e-5, 0.4, (0,))
            for hour in (6.7, 7.5, 8.2, 25.2, 27.1)
        ),
    ]
    return systems + services


def captures(seed: int, scale: float = 1.0) -> Iterator[Capture]:
    """Yield all captures of the twin.

    Parameters
    ----------
    seed : int
        Each scenario draws from a stream of its own.
    scale : float
        Share of the flows, for a smaller twin.

    Yields
    ------
    Capture
        In no particular order of time.
    """
    streams = iter(np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(60))
    floods = MONDAY + 14 * DAY
    for scan in _scans(MONDAY):
        yield from scan_captures(replace(scan, rows=_share(scan.rows, scale)), next(streams))
    for flood in (*_side_by_side_floods(floods), *_distributed_floods(floods)):
        yield from flood_captures(replace(flood, rows=_share(flood.rows, scale)), next(streams))
    for category, hour, rounds in (("DoS", 5, (40, 100, 33, 60)), ("DDoS", 9, (75, 38, 70, 80))):
        start, rows = floods + hour * HOUR + 120, _share(800, scale)
        yield from web_captures(category, start, rows, 1250, rounds, next(streams))
    for subcategory, day, rows in (("Data_Exfiltration", 28, 110), ("Keylogging", 29, 700)):
        start = MONDAY + day * DAY + 3 * HOUR
        yield from theft_captures(subcategory, start, _share(rows, scale), next(streams))


def _share(rows: int, scale: float) -> int:
    return max(int(round(rows * scale)), 1)
