"""The scenarios of the BoT-IoT twin: who attacks whom, when, and with which habits.

The habits follow what the rows of the data set show of its testbed:

* the victims of a denial of service are attacked side by side, those of a distributed one in turn;
* each victim answers floods in its own way: with a SYN and ACK, with a reset, or not at all;
* web floods open connections over a round and drop them together at its end;
* scans are one packet and its refusal, over and over, each round in hours of its own;
* telemetry, name lookups and browsing go on in every capture.

Periods are in seconds, spreads are standard deviations of logarithms, and chances are a packet's.
All were chosen by looking at aggregates of the real rows, and rounded. The dates are invented.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lib.papers.botiot.packets.floods import (
    Answer,
    Flood,
    Stream,
    flood_captures,
    one_victim,
    web_capture,
)
from lib.papers.botiot.packets.intrusions import Scan, scan_captures, theft_captures
from lib.papers.botiot.packets.recorder import Capture

MONDAY = 1_715_558_400.0  # 13 May 2024, 00:00 UTC
HOUR, DAY = 3600.0, 86_400.0
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
    Stream(3, 0, 26.4, 0.03, 0.05, answer=ACCEPTS),
    Stream(2, 1, 12.5, 0.38, 0.25, 0.05, RARELY_REFUSES),
    Stream(1, 2, 19.5, 0.04, 0.04, 0.01, REFUSES_ONCE),
    Stream(0, 3, 8.6, 0.3, 0.2, 0.03),
)
UDP_STREAMS = (
    Stream(3, 0, 1.55, 0.08, 0.12, 0.01),
    Stream(2, 1, 4.3, 0.08, 0.15, 0.01),
    Stream(1, 2, 4.8, 0.1, 0.12, 0.01),
    Stream(0, 3, 5.3, 0.15, 0.18, 0.01),
)


def _side_by_side_floods(day: float) -> list[Flood]:
    """Return the parts of the two denials of service, each with its pairs."""
    floods = []
    for turn, t in enumerate((60, 1100, 2100)):
        streams = _side_by_side(turn, SYN_STREAMS)
        floods.append(Flood("DoS", "TCP", day + 3 * HOUR + t, 13, (54, 60), 800, streams))
    for turn, t in enumerate((200, 1000, 1900)):
        start, streams = day + 4 * HOUR + t, _side_by_side(turn, UDP_STREAMS)
        floods.append(Flood("DoS", "UDP", start, 13, (27, 33), 1250, streams, 0.22, 0.1))
    return floods


def _distributed_floods(day: float) -> list[Flood]:
    """Return the parts of the two distributed denials of service, one victim after the other."""
    syn, udp = day + 7 * HOUR, day + 8 * HOUR
    lossy = {"between": 0.17, "within": 0.25, "lost": 0.06}
    steady = {"between": 0.006, "within": 5e-4}
    first = one_victim(0, 5.7, answer=SOMETIMES_ACCEPTS, **lossy)
    second = one_victim(1, 5.3, answer=RARELY_REFUSES, **lossy)
    third = one_victim(2, 17.33, answer=REFUSES_SOME, **steady)
    fourth = one_victim(3, 4.6, **lossy)
    slow = one_victim(2, 15.95, (0.995, 1, 1, 1.005), between=0.004, within=5e-4)
    wavering = {"between": 0.12, "within": 0.3, "lost": 0.02}
    periods = {1: 4.6, 2: 4.5, 3: 4.4}
    later = {victim: one_victim(victim, periods[victim], **wavering) for victim in periods}
    fast = one_victim(0, 1.7, UNEVEN, between=0.05, within=0.12, lost=0.005)
    return [
        Flood("DDoS", "TCP", syn + 300, 11, (20, 25), 1050, first, 0.15),
        Flood("DDoS", "TCP", syn + 1000, 12, (13, 30), 1060, second, 0.15, 0.25),
        Flood("DDoS", "TCP", syn + 1700, 4, (66, 69), 380, third, 0, 0, 0),
        Flood("DDoS", "TCP", syn + 1980, 2, (19, 23), 190, third, 0, 0, 0),
        Flood("DDoS", "TCP", syn + 2200, 10, (12, 27), 900, fourth, 0.2, 0.2),
        Flood("DDoS", "UDP", udp + 200, 18, (15, 17.5), 1560, fast, 0.2, 0.12),
        Flood("DDoS", "UDP", udp + 900, 5, (28, 40), 410, later[1], 0.15, 0.2),
        Flood("DDoS", "UDP", udp + 1400, 3, (38, 46), 200, later[2]),
        Flood("DDoS", "UDP", udp + 1600, 5, (113, 121), 500, slow, 0, 0, 0),
        Flood("DDoS", "UDP", udp + 2500, 10, (14, 46), 840, later[3], 0.2, 0.15),
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
    """Yield all captures of the twin."""
    streams = iter(np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(60))
    floods = MONDAY + 14 * DAY
    for scan in _scans(MONDAY):
        yield from scan_captures(replace(scan, rows=_share(scan.rows, scale)), next(streams))
    for flood in (*_side_by_side_floods(floods), *_distributed_floods(floods)):
        yield from flood_captures(replace(flood, rows=_share(flood.rows, scale)), next(streams))
    for category, hour, rounds in (("DoS", 5, (52, 110, 42, 70)), ("DDoS", 9, (90, 50, 90, 100))):
        start, rows = floods + hour * HOUR + 120, _share(800, scale)
        yield web_capture(category, start, rows, 1250, rounds, next(streams))
    for subcategory, day, rows in (("Data_Exfiltration", 28, 110), ("Keylogging", 29, 700)):
        start = MONDAY + day * DAY + 3 * HOUR
        yield from theft_captures(subcategory, start, _share(rows, scale), next(streams))


def _share(rows: int, scale: float) -> int:
    return max(round(rows * scale), 1)
