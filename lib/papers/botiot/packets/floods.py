"""Floods of the BoT-IoT twin: SYN packets, datagrams, and slow web requests.

A flood of one packet a flow runs through the source ports in a cycle: a flow's packets are the
cycles of its port within one capture, which is cut by size, after seconds to two minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.signal import lfilter

from lib.papers.botiot.packets.background import ATTACKERS, VICTIMS, background
from lib.papers.botiot.packets.packets import MICROSECONDS, flags, packets
from lib.papers.botiot.packets.recorder import Capture, Recorder, happens

STEP = 0.05  # seconds
MEMORY = 5.0  # seconds
FIRST_PORT, PORTS = 1024, 64_000
PATIENCE = (5.05, 11.8, 16.4, 33.5)  # seconds until a server answers and closes
PATIENCE_SHARES = (0.2, 0.4, 0.15, 0.25)


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
    """A part of a flood: its streams, its captures and the pauses after them.

    ``common`` is the spread of a factor that all periods of a capture share, and its length too,
    because a capture ends with its size; ``short`` is the chance that one ends early.
    """

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
    """Yield the captures of a flood."""
    start, flows = flood.start, round(flood.rows / flood.captures / len(flood.streams))
    for _ in range(flood.captures):
        recorder, factor = Recorder(rng), rng.lognormal(0, flood.common)
        seconds = factor * rng.uniform(*flood.seconds)
        if happens(rng, flood.short):
            seconds *= rng.uniform(0.1, 0.6)
        for stream in flood.streams:
            scaled = replace(stream, period=stream.period * factor)
            recorder.add(_stream_packets(scaled, flood.subcategory, start, seconds, flows, rng))
        background(recorder, start, start + seconds)
        yield Capture(flood.category, flood.subcategory, start, start + seconds, recorder.packets())
        start += seconds + (
            rng.uniform(60, 180) if happens(rng, flood.pause) else rng.exponential(0.7)
        )


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
    return np.concatenate([sent, *_answers(stream.answer, sent, rng)])


def _turns(stream: Stream, seconds: float, flows: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return the ports and times (s) at which the cycle of a flood comes to each port."""
    grid = np.arange(0, seconds + STEP, STEP)
    drift = stream.within * _drift(len(grid), rng)
    rate = np.exp(rng.normal(0, stream.between) + drift) / stream.period
    cycles = np.concatenate([[0], np.cumsum(rate[:-1] * STEP)])
    position = np.sort(rng.random(flows))
    turn = position[:, None] + np.arange(int(cycles[-1]) + 1)
    number, place = np.nonzero(turn <= cycles[-1])
    times = np.interp(turn[number, place], cycles, grid) + rng.normal(0, 3e-4, len(number))
    return (FIRST_PORT + position[number] * PORTS).astype(int), np.clip(times, 0, None)


def _drift(steps: int, rng: np.random.Generator) -> np.ndarray:
    """Return a path that wanders around 0 with variance 1 and forgets after some seconds."""
    kept = np.exp(-STEP / MEMORY)
    shocks = rng.normal(0, 1, steps) * np.sqrt(1 - kept**2)
    shocks[0] = rng.normal(0, 1)
    return lfilter([1], [1, -kept], shocks)


def _answers(answer: Answer, sent: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
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


def one_victim(victim: int, period: float, factors=(1, 1, 1, 1), **habits) -> tuple[Stream, ...]:
    """Return the streams of all attackers to one victim."""
    return tuple(Stream(a, victim, period * f, **habits) for a, f in enumerate(factors))


def web_capture(category: str, start: float, rows: int, seconds: float, rounds, rng) -> Capture:
    """Make the capture of a flood of slow web requests."""
    recorder = Recorder(rng)
    for attacker, median in enumerate(rounds):
        _web_rounds(recorder, attacker, start, seconds, round(rows / len(rounds)), median)
    background(recorder, start, start + seconds, busy=0.3)
    sent = recorder.packets()
    inside = sent[sent["time"] < (start + seconds) * MICROSECONDS]
    return Capture(category, "HTTP", start, start + seconds, inside)


def _web_rounds(recorder, attacker, start, seconds, rows, median) -> None:
    """Keep one attacker's connections: opened over a round, dropped together at its end."""
    rng, time, port = recorder.rng, start + recorder.rng.uniform(0, 10), 32_768 + 500 * attacker
    lengths = np.clip(median * rng.lognormal(0, 0.35, 1 + int(1.5 * seconds / median)), 8, 240)
    lengths = lengths[: np.searchsorted(np.cumsum(lengths), seconds) + 1]
    share = rng.multinomial(rows, lengths / lengths.sum())
    for length, count in zip(lengths, share, strict=True):
        victim, ends_well = VICTIMS[3 * happens(rng, 0.4)], length > 98 and happens(rng, 0.5)
        bursts = np.sort(rng.uniform(0, 0.93, max(2, count // 5))) * length
        for opened in np.sort(rng.choice(bursts, count)):
            port += rng.integers(1, 4) * 2
            ends = (ATTACKERS[attacker], int(port), victim, 80)
            begin = time + opened + rng.uniform(0, 0.1)
            _web_connection(recorder, begin, time + length, ends, ends_well)
        time += length


def _web_connection(recorder, start, stop, ends, ends_well: bool) -> None:
    """Keep a connection: a request, the late answer to it, and what ends the round."""
    rng = recorder.rng
    request = int(np.clip(rng.normal(420, 85), 240, 740))
    waits = [0.2 * 2**turn for turn in range(_retries(rng))]
    again = " ".join(f">PA:{request}@{wait}" for wait in waits)
    page = 1124 if ends_well or happens(rng, 0.25) else 494
    patience = rng.choice(PATIENCE, p=PATIENCE_SHARES) * rng.lognormal(0, 0.03)
    left = max(stop - start - sum(waits), 0.01)
    steps = [f">T <SA >A >PA:{request}", again, "<A"]
    if patience < left:
        last = f"{'>FA' if ends_well else '>R'}@{left - patience}"
        steps += [f"<PA:{page}@{patience} <FA >A >A", last]
    else:
        steps.append(f">FA@{left} <PA:{page}@0.3 >R")
    recorder.talk(start, ends, " ".join(steps), 0.09 if happens(rng, 0.2) else 5e-5)


def _retries(rng: np.random.Generator) -> int:
    return min(int(rng.geometric(0.35)), 8) if happens(rng, 0.08) else 0
