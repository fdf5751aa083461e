"""Scans and thefts of the BoT-IoT twin, as conversations written in scripts.

A script is a row of steps, as `lib.papers.botiot.packets.recorder.Recorder.talk` reads them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lib.papers.botiot.packets.background import ATTACKERS, VICTIMS, background, resolve
from lib.papers.botiot.packets.recorder import Capture, Recorder, established, happens

# Scans: conversations with their weights, ports, and median delay of an answer.

REFUSED = ">S <RA"
SERVICE_PROBES = (
    (880, REFUSED, None),
    (19, ">T <RA", None),
    (7, ">S", None),
    (22, ">T <SA >A >PA:250 <A <RA", 1883),
    (15, ">T <SA >A >PA:517 <A <PA:488 >A <FA >RA >R", 80),
    (14, ">T <SA >A >PA:517 <A <PA:488 >A <FA >RA", 80),
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
    (10, ">T <SA >A >PA:70 <A >FA@5.006 <A <FA >A", 49156),
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
    """Yield the captures of a scan."""
    seconds = scan.seconds / scan.captures
    for number in range(scan.captures):
        start, recorder = scan.start + number * seconds, Recorder(rng)
        used = rng.integers(33_000, 61_000, 4)
        for time in np.sort(start + rng.uniform(0, 0.97 * seconds, scan.rows // scan.captures)):
            attacker = int(rng.integers(4))
            ends = (ATTACKERS[attacker], int(used[attacker]), VICTIMS[rng.choice(scan.victims)], 0)
            (_datagram if happens(rng, scan.datagrams) else _probe)(recorder, time, ends, scan)
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
    if happens(recorder.rng, 0.75):
        back = {"sport": ports["dport"], "dport": sport}
        recorder.one(time + 1e-4, "unreachable", server, client, **back)
    if happens(recorder.rng, 0.03):
        recorder.one(time, "echo", client, server)
        recorder.one(time + 1e-4, "echo_reply", server, client)


# Thefts: a break-in, many tries of a shell, and what is carried away.

LOGIN = (
    ">T <SA >A <PA:32 >A >PA:22 <A <PA:976 >PA:640 <A >PA:24 <PA:280 >A >PA:16 <A >PA:44 <A <PA:44"
)
GUESS = " >PA:40 <A <PA:52@{0} >PA:84 <A <PA:84@{1}"
THEFTS = (
    (">T <SA >A >PA:22 <A <RA", "closed"),
    (">T <SA >A >PA:22 <A <RA >A <RA", "left"),
    (LOGIN + GUESS + " >A <PA:1072 >A >FA <A <FA >A", "signed in"),
    (LOGIN + GUESS + " <A <PA:1072 >A >FA <A <FA >A", "signed in late"),
    (LOGIN + GUESS + " <PA:1072 >A <A >R", "refused"),
)
SHELL = ">T <RA"
EXPLOIT = ">T <SA >A >PA:1448 >PA:1448 >PA:1309 <A <A >RA <RA"
SERVICE_LIST = ">T <SA >A >PA:72 <A <PA:60 >A >FA <FA >A"
SESSIONS = {
    "Keylogging": {"shell": 0.735, "exploit": 0.1, "login": 0.155, "list": 0.01},
    "Data_Exfiltration": {"shell": 0.0, "exploit": 0.0, "login": 0.98, "list": 0.02},
}
LOGINS = {
    "Keylogging": (0.3, 0.05, 0.35, 0.13, 0.17),
    "Data_Exfiltration": (0.24, 0.05, 0.4, 0.17, 0.14),
}


def theft_captures(subcategory: str, start: float, rows: int, rng) -> Iterator[Capture]:
    """Yield the captures of a theft: one, of eighteen minutes."""
    recorder, seconds = Recorder(rng), 1100.0
    names, shares = zip(*SESSIONS[subcategory].items(), strict=True)
    for time in np.sort(start + rng.uniform(0, seconds - 20, rows)):
        _theft(recorder, time, str(rng.choice(names, p=shares)), LOGINS[subcategory])
    for attacker, victim in ((2, 0), (3, 0), (3, 2), (2, 2)):
        times = start + np.sort(rng.uniform(0, seconds, int(rng.integers(3, 20))))
        resolve(recorder, times, ATTACKERS[attacker], VICTIMS[victim])
    _carry_away(recorder, start + 300, 26 if subcategory == "Keylogging" else 12_000)
    background(recorder, start, start + seconds, busy=0.3)
    yield Capture("Theft", subcategory, start, start + seconds, recorder.packets())


def _theft(recorder: Recorder, time: float, name: str, shares: tuple) -> None:
    """Keep one conversation; a shell is called from the victim."""
    rng, port = recorder.rng, int(recorder.rng.integers(33_000, 61_000))
    attacker, victim = ATTACKERS[3 if happens(rng, 0.6) else 2], VICTIMS[0]
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
        recorder.add(established(times + shift, sides, size))
