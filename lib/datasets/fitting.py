"""Fitting twins on the real files, or making them, and writing what is committed of them.

The parameters of a twin hold aggregates, never rows. Only ``python -m lib twin NAME`` comes here.
"""

import hashlib
import json
from pathlib import Path
from types import ModuleType

import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import sha256_of, write_whole
from lib.common.paths import TWINS
from lib.datasets import registry, twin
from lib.datasets.loading import Dataset, load
from lib.datasets.registry import Variant


def write_twins(name: str, generator: ModuleType, maker: ModuleType | None = None) -> list[Path]:
    """Fit the twins of a data set on its real files, or make them, and write what is committed."""
    # Two variants may share a file; it is made for the one that the registry names first.
    first = {each.twin: each for each in reversed(twin.variants_with_twin(name))}
    return [_write(name, each, generator, maker) for each in reversed(first.values())]


def _write(name: str, variant: Variant, generator: ModuleType, maker: ModuleType | None) -> Path:
    path = TWINS / variant.twin
    real = load(name, variant.name, generator)
    if real.source != "real":
        tie = "held against" if twin.is_table(path) else "fitted on"
        raise ReaderError(
            f"the twin of {name} {variant.name} is {tie} the real file, and this is a "
            f"{real.source} one. {registry.entry(name).obtain}"
        )
    if twin.is_table(path):
        maker.write(maker.make(), path)
        describe_table(path, real, generator, maker.SEED)
    else:
        write_whole(path, _as_text(_fitted(real, generator)))
    return path


def describe_table(path: Path, real: Dataset, generator: ModuleType, seed: int) -> None:
    """Write beside a table how it was made, and how close it comes to the real rows."""
    drawn = twin.make_twin(real.name, real.variant, generator)
    description = {
        "dataset": real.name,
        "made_by": f"python -m lib twin {real.name}",
        "seed": seed,
        "table": sha256_of(path),
        "compared_with": real.sha256,
        "fidelity": twin.distance(real, drawn, generator).to_dict("list"),
    }
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in description.items())
    write_whole(twin.companion(path), "{\n" + ",\n".join(lines) + "\n}\n")


def _fitted(real: Dataset, generator: ModuleType) -> dict:
    """Return what a parameter file holds."""
    parameters = generator.fit(real.frame)
    drawn = generator.draw(parameters)
    return {
        "format": twin.FORMAT,
        "dataset": real.name,
        "fitted_on": real.sha256,
        "fidelity": twin.distance(real, drawn, generator).to_dict("list"),
        "drawn": rows_digest(drawn),
        "parameters": parameters,
    }


def rows_digest(frame: pd.DataFrame) -> str:
    """Return a digest of a frame's rows, to tell whether two machines draw the same twin."""
    return hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()


def _as_text(content, depth: int = 0) -> str:
    """Write JSON with one line for each list, so that a change shows as a short difference."""
    if not isinstance(content, dict) or not content:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    indent = " " * (depth + 1)
    lines = (f"{indent}{json.dumps(k)}: {_as_text(v, depth + 1)}" for k, v in content.items())
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}" + ("" if depth else "\n")
