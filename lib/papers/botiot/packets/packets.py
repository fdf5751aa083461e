"""Packets as arrays, and the capture files they are written to; nothing is sent anywhere.

A packet is one row of an array of type `PACKET`. Frames are copies of a few templates of scapy's,
filled in for all packets at once; payloads are zeros, of which a capture keeps the first bytes.
"""

import ipaddress
from pathlib import Path

import numpy as np
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6ND_RS, IPv6
from scapy.layers.l2 import ARP, Ether

from lib.common.files import write_whole

PACKET = np.dtype(
    [
        ("time", "i8"),  # microseconds since 1970
        ("kind", "u1"),  # position in KINDS
        ("source", "u4"),
        ("destination", "u4"),
        ("sport", "u2"),
        ("dport", "u2"),
        ("flags", "u1"),
        ("sequence", "u4"),
        ("acknowledged", "u4"),
        ("payload", "u4"),  # bytes
    ]
)
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}
MICROSECONDS = 1_000_000
KEPT_BYTES = 96
SMALLEST_FRAME = 60
ETHERNET, IPV4 = 14, 34  # where the headers end
STAMPS = [("NOP", None), ("NOP", None), ("Timestamp", (1, 1))]
OPENING = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]

LINK = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")  # named, so none is looked up
NETWORK = LINK / IP(src="10.0.0.1", dst="10.0.0.2")

TEMPLATES = {
    "tcp": NETWORK / TCP(),
    "tcp_stamped": NETWORK / TCP(options=STAMPS),
    "tcp_opening": NETWORK / TCP(options=OPENING),
    "udp": NETWORK / UDP(),
    "echo": NETWORK / ICMP(type="echo-request"),
    "echo_reply": NETWORK / ICMP(type="echo-reply"),
    "unreachable": NETWORK / ICMP(type=3, code=3) / IP(src="10.0.0.2", dst="10.0.0.1") / UDP(),
    "arp": LINK / ARP(op="who-has"),
    "arp_reply": LINK / ARP(op="is-at"),
    "router_solicitation": LINK / IPv6(src="fe80::1", dst="ff02::2") / ICMPv6ND_RS(),
}
KINDS = tuple(TEMPLATES)


def kind(name: str) -> int:
    """Return the number of a kind of packet."""
    return KINDS.index(name)


def address(text: str) -> int:
    """Return an IPv4 address as a number."""
    return int(ipaddress.IPv4Address(text))


def flags(letters: str) -> int:
    """Return TCP flags as a number."""
    return sum(FLAGS[letter] for letter in letters)


def packets(times: np.ndarray, kind_name: str, **fields) -> np.ndarray:
    """Return packets of one kind."""
    made = np.zeros(len(times), PACKET)
    made["time"] = np.round(np.asarray(times) * MICROSECONDS)
    made["kind"] = kind(kind_name)
    for name, values in fields.items():
        made[name] = values
    return made


def frames(chosen: np.ndarray, kind_name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the first bytes of Ethernet frames, and the frames' whole lengths."""
    template = np.frombuffer(bytes(TEMPLATES[kind_name]), np.uint8)
    head = np.zeros((len(chosen), KEPT_BYTES), np.uint8)
    head[:, : len(template)] = template
    _put(head, 2, chosen["destination"], 4)
    _put(head, 8, chosen["source"], 4)
    head[:, [0, 6]] = 2  # locally administered hardware addresses
    payload = chosen["payload"].astype(np.int64)
    _FILLERS.get(kind_name, _fill_ip)(head, chosen, len(template), payload)
    return head, np.maximum(len(template) + payload, SMALLEST_FRAME)


def _put(head: np.ndarray, start: int, values: np.ndarray, width: int) -> None:
    """Write numbers in network order."""
    for place in range(width):
        shift = 8 * (width - 1 - place)
        head[:, start + place] = (np.asarray(values).astype(np.int64) >> shift) & 0xFF


def _sum(head: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Add up 16-bit words."""
    part = head[:, start:stop].astype(np.int64)
    return (part[:, 0::2] * 256).sum(axis=1) + part[:, 1::2].sum(axis=1)


def _put_checksum(head: np.ndarray, place: int, start: int, stop: int, more=0) -> None:
    """Write the checksum of the bytes from start to stop, and of more that it counts."""
    head[:, place : place + 2] = 0  # the template has its own
    total = _sum(head, start, stop) + more
    for _ in range(2):
        total = (total & 0xFFFF) + (total >> 16)
    _put(head, place, 0xFFFF - total, 2)


def _fill_ip(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    """Fill in the IP header and what it carries."""
    _put(head, 16, length - ETHERNET + payload, 2)
    _put(head, 18, np.arange(len(chosen)), 2)
    _put(head, 26, chosen["source"], 4)
    _put(head, 30, chosen["destination"], 4)
    _put_checksum(head, 24, ETHERNET, IPV4)
    protocol = head[0, 23] if len(head) else 0
    {6: _fill_tcp, 17: _fill_udp, 1: _fill_icmp}[int(protocol)](head, chosen, length, payload)


def _pseudo_header(head: np.ndarray, length: int, payload: np.ndarray) -> np.ndarray:
    return _sum(head, 26, IPV4) + head[:, 23] + (length - IPV4) + payload


def _fill_tcp(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    for start, name, width in ((34, "sport", 2), (36, "dport", 2), (38, "sequence", 4)):
        _put(head, start, chosen[name], width)
    _put(head, 42, chosen["acknowledged"], 4)
    head[:, 47] = chosen["flags"]
    _put_checksum(head, 50, IPV4, length, _pseudo_header(head, length, payload))


def _fill_udp(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    _put(head, 34, chosen["sport"], 2)
    _put(head, 36, chosen["dport"], 2)
    _put(head, 38, length - IPV4 + payload, 2)
    _put_checksum(head, 40, IPV4, length, _pseudo_header(head, length, payload))


def _fill_icmp(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    """Fill in an echo, or the header that a message of an unreachable port quotes."""
    if length > IPV4 + 8:
        quoted = 42
        _put(head, quoted + 12, chosen["destination"], 4)
        _put(head, quoted + 16, chosen["source"], 4)
        _put_checksum(head, quoted + 10, quoted, quoted + 20)
        _put(head, quoted + 20, chosen["dport"], 2)
        _put(head, quoted + 22, chosen["sport"], 2)
    _put_checksum(head, 36, IPV4, length)


def _fill_arp(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    head[:, 22:24] = 2, 0  # the sender's hardware address, as in `frames`
    for start, name in ((24, "source"), (28, "source"), (38, "destination")):
        _put(head, start, chosen[name], 4)


def _fill_ipv6(head: np.ndarray, chosen: np.ndarray, length: int, payload: np.ndarray) -> None:
    _put(head, 34, chosen["source"], 4)


_FILLERS = {"arp": _fill_arp, "arp_reply": _fill_arp, "router_solicitation": _fill_ipv6}


def capture_bytes(captured: np.ndarray) -> bytes:
    """Return a capture file's bytes: packets in the order of their times."""
    captured = captured[np.argsort(captured["time"], kind="stable")]
    records = np.zeros((len(captured), 16 + KEPT_BYTES), np.uint8)
    lengths = np.zeros(len(captured), np.int64)
    for number in np.unique(captured["kind"]):
        rows = captured["kind"] == number
        records[rows, 16:], lengths[rows] = frames(captured[rows], KINDS[number])
    kept = np.minimum(lengths, KEPT_BYTES)
    seconds, parts = np.divmod(captured["time"], MICROSECONDS)
    header = np.stack([seconds, parts, kept, lengths], axis=1).astype("<u4")
    records[:, :16] = header.view(np.uint8).reshape(-1, 16)
    inside = np.arange(16 + KEPT_BYTES) < 16 + kept[:, None]
    start = np.array([0xA1B2C3D4, 0x00040002, 0, 0, KEPT_BYTES, 1], "<u4")
    return start.tobytes() + records[inside].tobytes()


def write_capture(path: Path, captured: np.ndarray) -> None:
    """Write a capture file."""
    write_whole(path, capture_bytes(captured))
