"""Captures, and what collects their packets: one at a time, many at once, or as conversations."""

from dataclasses import dataclass, field

import numpy as np

from lib.papers.botiot.packets.packets import MICROSECONDS, PACKET, flags, kind, packets


def happens(rng: np.random.Generator, chance: float) -> bool:
    """Return whether something happens that has a chance."""
    return bool(rng.random() < chance)


def delay_of(rng: np.random.Generator, median: float) -> float:
    """Return a delay around its median."""
    return median * rng.lognormal(0, 0.6)


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
        """Keep packets that are made already, an array of type `PACKET`."""
        self._many.append(many)

    def one(self, time: float, name: str, source: int, destination: int, **fields) -> None:
        """Keep one packet."""
        rest = (fields.get(each, 0) for each in PACKET.names[4:])
        self._single.append((round(time * MICROSECONDS), kind(name), source, destination, *rest))

    def talk(self, start: float, ends: tuple[int, int, int, int], script: str, gap: float) -> float:
        """Keep a TCP conversation written as a script."""
        client, sport, server, dport = ends
        numbers, time = self.rng.integers(1, 2**31, 2).tolist(), start
        stamped = script.startswith(">T")
        for place, step in enumerate(script.split()):
            who, what, size, wait = _read_step(step)
            if place:
                time += wait * self.rng.lognormal(0, 0.001) if wait else delay_of(self.rng, gap)
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
        """Return everything kept, in the order of time."""
        kept = np.concatenate([np.array(self._single, PACKET), *self._many])
        return kept[np.argsort(kept["time"], kind="stable")]


def _read_step(step: str) -> tuple[int, str, int, float]:
    """Return who sends, the flags, the bytes and the seconds to wait."""
    what, _, wait = step[1:].partition("@")
    letters, _, size = what.partition(":")
    return "><".index(step[0]), letters, int(size or 0), float(wait or 0)


def _tcp_kind(letters: str, stamped: bool) -> str:
    if not stamped or letters in ("R", "RA"):
        return "tcp"
    return "tcp_opening" if "S" in letters else "tcp_stamped"


def established(times: np.ndarray, sides: tuple, size: int) -> np.ndarray:
    """Make one direction of a TCP connection that was opened before."""
    source, destination, sport, dport = sides
    fields = {"sport": sport, "dport": dport, "flags": flags("PA" if size else "A")}
    numbers = {"sequence": 1000 + size * np.arange(len(times)), "acknowledged": 1000}
    ends = {"source": source, "destination": destination}
    return packets(times, "tcp_stamped", payload=size, **ends, **fields, **numbers)
