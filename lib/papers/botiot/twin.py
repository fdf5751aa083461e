"""The twin of BoT-IoT: a committed table of flows, made by `lib.papers.botiot.packets.making`."""

import lzma
from io import BytesIO
from pathlib import Path

import pandas as pd

from lib.common.errors import ReaderError
from lib.common.paths import TWINS

TABLE = TWINS / "bot-iot-flows.csv.xz"
TYPES = {
    "stime": "float64",
    **dict.fromkeys(("proto", "saddr", "sport", "daddr", "dport", "state"), "str"),
    "dur": "float64",
    **dict.fromkeys(("spkts", "dpkts", "sbytes", "dbytes"), "int64"),
    **dict.fromkeys(("srate", "drate"), "float64"),
}
COLUMNS = (*TYPES, "category", "subcategory")


def read_flows(source) -> pd.DataFrame:
    """Read flows as written, every text as text."""
    return pd.read_csv(
        source,
        dtype=TYPES,
        keep_default_na=False,
        na_values={name: [""] for name, kind in TYPES.items() if kind != "str"},
    )


def draw(path: Path = TABLE) -> pd.DataFrame:
    """Read the committed twin: flows with `COLUMNS`, sorted by time."""
    repair = f"Restore it with: git checkout data/twins/{path.name}"
    if not path.is_file():
        raise ReaderError(f"{path} is missing. {repair}")
    try:
        frame = read_flows(BytesIO(lzma.decompress(path.read_bytes())))
    except (lzma.LZMAError, ValueError) as problem:
        raise ReaderError(f"{path} does not hold the twin's flows ({problem}). {repair}") from None
    if tuple(frame.columns) != COLUMNS:
        raise ReaderError(f"{path} has other columns than {', '.join(COLUMNS)}. {repair}")
    return frame
