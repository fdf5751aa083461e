"""Files in the layout of BoT-IoT with made-up content, for the tests of its readers."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from lib.datasets import registry

NAME = "bot-iot"
BLOCK_ROWS = 200_000
PROTOCOLS = np.array(["tcp", "udp", "udp", "icmp", "arp"], dtype=object)
STATES = np.array(["INT", "REQ", "RST", "FIN", "CON", "URP"], dtype=object)
HOSTS = np.array([f"192.168.100.{host}" for host in range(1, 200)], dtype=object)
PORTS = np.array([str(port) for port in range(65_536)] + ["0x0303", ""], dtype=object)


def variant(name):
    """The registry's variant of this name."""
    return registry.entry(NAME).select(name)[0]


def scaled(counts, factor):
    """Counts of each subcategory, divided; none falls below one row."""
    return {
        one: {sub: max(1, round(count * factor)) for sub, count in counted.items()}
        for one, counted in counts.items()
    }


def total(counts):
    """All rows of these counts."""
    return sum(sum(counted.values()) for counted in counts.values())


def write_files(folder: Path, form, counts, seed=1, heading=True, mixed=False):
    """Write the files of a variant with so many rows of each subcategory; return their paths.

    Parameters
    ----------
    folder : pathlib.Path
        Where to write them.
    form : Variant
        Says the columns, and the names and number of the files.
    counts : dict of str to dict of str to int
        Rows of each category and subcategory.
    seed : int
        The same seed writes the same files.
    heading : bool
        Whether each file has one.
    mixed : bool
        Whether every file has rows of every subcategory; else they stand together.
    """
    generator = np.random.default_rng(seed)
    pairs = [(one, sub) for one, counted in counts.items() for sub in counted]
    codes = np.repeat(np.arange(len(pairs)), [counts[one][sub] for one, sub in pairs])
    codes = generator.permutation(codes) if mixed else codes
    pieces = np.array_split(np.arange(len(codes)), len(form.parts))
    paths = [folder / part.file_names[0] for part in form.parts]
    for path, rows in zip(paths, pieces, strict=True):
        _write(path, form, rows, codes, np.array(pairs, dtype=object), generator, heading)
    return paths


def _write(path, form, rows, codes, pairs, generator, heading):
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as opened:
        if heading:
            opened.write((",".join(form.column_names) + "\n").encode())
        for start in range(0, len(rows), BLOCK_ROWS):
            chosen = rows[start : start + BLOCK_ROWS]
            csv.write_csv(_block(form, chosen, pairs[codes[chosen]], generator), opened, options)


def _block(form, rows, classes, generator):
    size = len(rows)
    numbers = {
        "integer": lambda: generator.integers(0, 1000, size),
        "number": lambda: generator.integers(0, 10_000_000, size) / 1e6,
    }
    given = {
        "pkSeqID": rows + 1,
        "stime": 1_528_081_000 + np.round(rows * 0.001, 6),
        "category": classes[:, 0],
        "subcategory": classes[:, 1],
        "attack": (classes[:, 0] != "Normal").astype(int),
    }
    texts = {"proto": PROTOCOLS, "state": STATES, "saddr": HOSTS, "daddr": HOSTS}
    texts |= {"sport": PORTS, "dport": PORTS, "flgs": np.array(["e", "e s"], dtype=object)}
    empty = np.array([""], dtype=object)

    def column(described):
        if described.name in given:
            return given[described.name]
        if described.type != "text":
            return numbers[described.type]()
        return generator.choice(texts.get(described.name, empty), size)

    return pa.table({each.name: column(each) for each in form.columns})
