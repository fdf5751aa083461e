"""The columns that flows of Argus and of Zeek have in common, in one unit and with one meaning.

Argus counts a packet's bytes from the link layer on, Zeek from the network layer on, and UNSW-NB15,
made by Argus, was published without the link layer's part (its ARP packets have 28 bytes).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

ETHERNET = 14  # bytes of a packet before the network layer begins
PADDED = 46  # bytes from the network layer on, up to which Ethernet pads a packet
PROTOCOLS = ("tcp", "udp")


@dataclass(frozen=True)
class Names:
    """What a file calls a flow's seconds, packets and bytes, each way, and its protocol."""

    seconds: str
    packets: tuple[str, str]  # of the source, of the answer
    octets: tuple[str, str]
    protocol: str = ""  # where none is named, all flows are of one service and written as TCP
    linked: bool = True  # bytes are counted from the link layer on
    loads: tuple[str, str] = ()  # bits a second, where packets are not told each way


NAMES = {
    "bot-iot": Names("dur", ("spkts", "dpkts"), ("sbytes", "dbytes"), "proto"),
    "wustl-ehms-2020": Names("Dur", (), ("SrcBytes", "DstBytes"), loads=("SrcLoad", "DstLoad")),
    "unsw-nb15": Names("dur", ("Spkts", "Dpkts"), ("sbytes", "dbytes"), "proto", linked=False),
    "5g-nidd": Names("Dur", ("SrcPkts", "DstPkts"), ("SrcBytes", "DstBytes"), "Proto"),
    "ton-iot-network": Names(
        *("duration", ("src_pkts", "dst_pkts"), ("src_ip_bytes", "dst_ip_bytes"), "proto"),
        linked=False,
    ),
}


def common_columns(dataset, one_meaning: bool = True) -> pd.DataFrame:
    """Return the columns that all five networks' flows have.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        One of `NAMES`.
    one_meaning : bool
        True counts bytes from the network layer on, at least `PADDED` a packet on average, in
        every file; False counts them as the file does.

    Returns
    -------
    pandas.DataFrame
        Seconds; packets and bytes of the source and of the answer; bytes a packet and bits a
        second each way; packets a second; TCP and UDP as zero or one. Where a flow has no packet
        one way, or lasts no time, what is divided by them is 0.
    """
    names, frame = NAMES[dataset.name], dataset.frame
    seconds = frame[names.seconds].to_numpy(dtype=float)
    octets = [frame[name].to_numpy(dtype=float) for name in names.octets]
    packets = [frame[name].to_numpy(dtype=float) for name in names.packets]
    if not packets:
        loads = [frame[name].to_numpy(dtype=float) for name in names.loads]
        packets = [packets_of(*pair, seconds) for pair in zip(octets, loads, strict=True)]
    if one_meaning:
        octets = [
            np.maximum(own - ETHERNET * count * names.linked, PADDED * count)
            for own, count in zip(octets, packets, strict=True)
        ]
    protocol = frame[names.protocol] if names.protocol else pd.Series("tcp", frame.index)
    return pd.DataFrame(
        {
            "seconds": seconds,
            "packets sent": packets[0],
            "packets answered": packets[1],
            "bytes sent": octets[0],
            "bytes answered": octets[1],
            "bytes a packet sent": ratio(octets[0], packets[0]),
            "bytes a packet answered": ratio(octets[1], packets[1]),
            "bits a second sent": ratio(8 * octets[0], seconds),
            "bits a second answered": ratio(8 * octets[1], seconds),
            "packets a second": ratio(packets[0] + packets[1], seconds),
            **{name: (protocol == name).to_numpy() * 1.0 for name in PROTOCOLS},
        }
    )


def packets_of(octets: np.ndarray, load: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return the packets of flows' one way: 0 where there are no bytes, else 1 or more.

    Argus's load, in bits a second, is ``8 * octets * (packets - 1) / packets / seconds``.
    """
    spread = np.clip(ratio(load * seconds, 8 * octets), 0, 0.999)
    return np.where(octets > 0, np.round(1 / (1 - spread)), 0.0)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide, and give 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)
