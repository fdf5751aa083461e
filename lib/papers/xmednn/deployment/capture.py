"""The test bed's twin on the wire: a gateway that sends readings, and someone in between.

Each reading is a connection of seven packets: by sizes and gaps, that is what the file's flows of
the usual kind are. Timing comes from rows of the committed twin. Nothing is sent anywhere.

* **Spoofing**: gateway and server both take the attacker for the other. Every packet of the
  gateway's bears the attacker's link-layer address, to which an ARP reply turns the answers.
* **Data Alteration**: only the gateway is deceived. Its packets reach the server late, with other
  readings, from the attacker's link-layer address; the server's answers go to the gateway's own.
"""

import struct
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.datasets import twin as drawing
from lib.papers.xmednn import twin
from lib.papers.xmednn.flows import DEVICE_READINGS, NAME

# The file has no time of day. That the gateway sends a reading every two seconds is our choice.
SECONDS_A_READING = 2.0
# Of the twin's stretches of one class these are put on the wire: 13 attacks of both kinds.
STRETCHES = 26
BEGINS = 1_715_558_400  # 13 May 2024, 00:00 UTC; invented
ANSWER_SECONDS = 1e-5  # from a packet to the server's answer, at least
BEFORE_ATTACK = 1.0  # seconds from the ARP reply to the first flow
PAYLOAD_BYTES = 256
SYN, FIN, PUSH, ACK = 2, 1, 8, 16
OPENING = bytes.fromhex("020405b40101040201030308")  # segment size, SACK, window scale
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)


@dataclass(frozen=True)
class Packet:
    """One frame and the second at which it passes the server's port."""

    second: float
    frame: bytes


@dataclass(frozen=True)
class Ends:
    """Who talks to whom: addresses as text, ports as numbers."""

    source: str
    destination: str
    source_link: str
    destination_link: str
    source_port: int
    destination_port: int

    def reversed(self, link: str | None = None) -> "Ends":
        """Return the other direction, towards another link-layer address if one is given."""
        return Ends(
            self.destination,
            self.source,
            self.destination_link,
            link or self.source_link,
            self.destination_port,
            self.source_port,
        )


def wired_rows(stretches: int = STRETCHES) -> pd.DataFrame:
    """Return the rows of the twin's first stretches of one class, source ports as numbers."""
    rows = drawing.make_twin(NAME, None, twin)
    kind = rows["Attack Category"]
    rows = rows[(kind != kind.shift()).cumsum() <= stretches].reset_index(drop=True)
    names = {name: str(port) for port, name in twin.SERVICES.items()}
    return rows.assign(Sport=rows["Sport"].astype(str).replace(names).astype(int))


def moments(row) -> list[float]:
    """Return the seconds of a connection's seven packets by its duration, gaps and jitters.

    They are SYN, its answer, ACK, the reading with FIN, the server's ACK and FIN, and the last ACK.
    The answers' gaps follow from their mean and deviation, the sender's from sum and deviation.
    """
    first_gap = max(row.DIntPkt + row.DstJitter, 0.002) / 1000
    second_gap = max((row.DIntPkt - row.DstJitter) / 1000, ANSWER_SECONDS)
    reading = first_gap
    last = max(row.Dur, reading + second_gap + 3 * ANSWER_SECONDS)
    spread = 3 * ((row.SrcJitter / 1000) ** 2 + (last / 3) ** 2) - (last - reading) ** 2
    root = np.sqrt(max(2 * spread - reading**2, 0.0))
    opened = np.clip((reading + root) / 2, 2 * ANSWER_SECONDS, reading - ANSWER_SECONDS)
    answered = reading + ANSWER_SECONDS
    return [0.0, ANSWER_SECONDS, opened, reading, answered, answered + second_gap, last]


def capture(rows: pd.DataFrame, seconds_a_reading: float = SECONDS_A_READING) -> list[Packet]:
    """Put `wired_rows` on the wire from `BEGINS` on; a longer connection delays what follows it."""
    gateway = rows.loc[rows["Label"] == 0, "SrcMac"].iloc[0]
    packets, free, attacked = [], 0.0, False
    for number, row in enumerate(rows.itertuples(index=False)):
        start = max(number * seconds_a_reading, free)
        offsets = moments(row)
        free = start + offsets[-1] + 10 * ANSWER_SECONDS
        second = BEGINS + start
        spoofed = row[rows.columns.get_loc("Attack Category")] == "Spoofing"
        if spoofed and not attacked:
            packets.append(Packet(second - BEFORE_ATTACK, _arp_reply(row)))
        attacked = spoofed
        back = row.SrcMac if spoofed or not row.Label else gateway
        frames = connection(row, back, _reading(row))
        packets += [Packet(second + o, f) for o, f in zip(offsets, frames, strict=True)]
    return sorted(packets, key=lambda packet: packet.second)


def connection(row, back: str, payload: bytes) -> list[bytes]:
    """Return the seven frames of a connection; the server answers to the address `back`."""
    there = Ends(row.SrcAddr, row.DstAddr, row.SrcMac, row.DstMac, row.Sport, row.Dport)
    here = there.reversed(back)
    mine, its = row.Packet_num * 7919 % 2**32, row.Packet_num * 104_729 % 2**32
    sent = mine + 1 + len(payload)
    script = [
        (there, SYN, mine, 0, OPENING, b""),
        (here, SYN | ACK, its, mine + 1, OPENING, b""),
        (there, ACK, mine + 1, its + 1, b"", b""),
        (there, FIN | PUSH | ACK, mine + 1, its + 1, b"", payload),
        (here, ACK, its + 1, sent + 1, b"", b""),
        (here, FIN | ACK, its + 1, sent + 1, b"", b""),
        (there, ACK, sent + 1, its + 2, b"", b""),
    ]
    return [frame(*step) for step in script]


def frame(
    ends: Ends, flags: int, sequence: int, acknowledged: int, options: bytes, payload: bytes
) -> bytes:
    """Return an Ethernet frame of at least 60 bytes with a TCP segment in it."""
    length = 20 + len(options)
    addresses = _bytes4(ends.source) + _bytes4(ends.destination)
    ports = struct.pack("!HH", ends.source_port, ends.destination_port)
    numbers = struct.pack("!II", sequence % 2**32, acknowledged % 2**32)
    rest = struct.pack("!BBHHH", length // 4 << 4, flags, 64_240, 0, 0)
    segment = ports + numbers + rest + options + payload
    pseudo = addresses + struct.pack("!BBH", 0, 6, len(segment))
    segment = segment[:16] + _checksum(pseudo + segment) + segment[18:]
    head = struct.pack(
        "!BBHHHBBH", 0x45, 0, 20 + len(segment), sequence & 0xFFFF, 0x4000, 128, 6, 0
    )
    head = head[:10] + _checksum(head + addresses) + addresses
    link = _bytes6(ends.destination_link) + _bytes6(ends.source_link) + b"\x08\x00"
    return (link + head + segment).ljust(60, b"\0")


def _arp_reply(row) -> bytes:
    """Return the attacker's word to the server that the gateway's address is the attacker's."""
    server, attacker = _bytes6(row.DstMac), _bytes6(row.SrcMac)
    told = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + attacker + _bytes4(row.SrcAddr)
    return (server + attacker + b"\x08\x06" + told + server + _bytes4(row.DstAddr)).ljust(60, b"\0")


def _reading(row) -> bytes:
    """Return what the sensors say, as text of the length that the file's flows have."""
    text = ";".join(f"{name}={getattr(row, name)}" for name in DEVICE_READINGS)
    return text.encode()[:PAYLOAD_BYTES].ljust(PAYLOAD_BYTES)


def _bytes4(address: str) -> bytes:
    return bytes(int(part) for part in address.split("."))


def _bytes6(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))


def _checksum(content: bytes) -> bytes:
    words = struct.unpack(f"!{(len(content) + 1) // 2}H", content + b"\0" * (len(content) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", 0xFFFF - total)


def capture_bytes(packets: list[Packet]) -> bytes:
    """Return the bytes of a capture file with these packets."""
    parts = [PCAP]
    for packet in packets:
        second, part = divmod(round(packet.second * 1_000_000), 1_000_000)
        size = len(packet.frame)
        parts += [struct.pack("<IIII", second, part, size, size), packet.frame]
    return b"".join(parts)
