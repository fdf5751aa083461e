"""The trained network as a file that holds numbers and nothing that runs.

Two files make a model: ``weights.npz`` (arrays, read without pickle) and ``card.json``, which says
what the columns are, how they are scaled, where the cut is, what was trained on what, and the
digest of the weights. A model that does not fit its card is refused.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import sha256_of, write_whole
from lib.common.paths import DATA

FOLDER = DATA / "models" / "xmednn-ehms"
FORMAT = 1
# A column is said to have drifted where so many of the incoming rows lie outside.
DRIFTED = 0.2


@dataclass(frozen=True)
class Model:
    """A dense network with what it needs to read a flow."""

    columns: tuple[str, ...]
    least: np.ndarray  # of the training rows, by column, as the scaler learned them
    greatest: np.ndarray
    usual: np.ndarray  # shape (2, columns): the range of 98 % of the training rows
    weights: tuple[np.ndarray, ...]  # of each layer, shape (inputs, outputs)
    biases: tuple[np.ndarray, ...]
    cut: float
    about: dict

    def chances(self, flows: pd.DataFrame) -> np.ndarray:
        """Return chances of an attack, shape (flows,); a `ReaderError` if a column is missing."""
        span = np.where(self.greatest > self.least, self.greatest - self.least, 1.0)
        signal = ((self._values(flows) - self.least) / span).astype(np.float32)
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            signal = signal @ weight + bias
            if place < len(self.weights) - 1:
                signal = np.where(signal > 0, signal, np.expm1(np.minimum(signal, 0)))
        return 1 / (1 + np.exp(-np.clip(signal[:, 0].astype(float), -700, 700)))

    def drift(self, flows: pd.DataFrame) -> pd.Series:
        """Return for each column the share of flows outside the range of 98 % of training rows."""
        values = self._values(flows)
        outside = (values < self.usual[0]) | (values > self.usual[1])
        return pd.Series(outside.mean(axis=0), index=list(self.columns))

    def _values(self, flows: pd.DataFrame) -> np.ndarray:
        missing = [name for name in self.columns if name not in flows]
        if missing:
            raise ReaderError(f"The flows lack the column {missing[0]}, which the model reads.")
        return flows[list(self.columns)].to_numpy(dtype=float)


def save(model: Model, folder: Path) -> None:
    """Write a model: its weights, and a card with their digest."""
    arrays = {"least": model.least, "greatest": model.greatest, "usual": model.usual}
    for place, (weight, bias) in enumerate(zip(model.weights, model.biases, strict=True)):
        arrays |= {f"weight_{place}": weight, f"bias_{place}": bias}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "weights.npz"
    np.savez(path, allow_pickle=False, **arrays)
    card = {"format": FORMAT, "weights": sha256_of(path), "columns": list(model.columns)}
    sizes = [len(model.columns), *(weight.shape[1] for weight in model.weights)]
    card |= {"sizes": sizes, "cut": model.cut, "about": model.about}
    write_whole(folder / "card.json", json.dumps(card, indent=1) + "\n")


def load(folder: Path = FOLDER) -> Model:
    """Read what `save` wrote; a `ReaderError` if a file is missing or does not fit the card."""
    path, described = folder / "weights.npz", folder / "card.json"
    for file in (path, described):
        if not file.is_file():
            raise ReaderError(f"{file} is missing, so that there is no model.")
    try:
        card = json.loads(described.read_text(encoding="utf-8"))
        if card["format"] != FORMAT:
            raise ValueError(f"format {card['format']}, expected {FORMAT}")
        if card["weights"] != sha256_of(path):
            raise ValueError("its weights have another digest than it says")
        with np.load(path, allow_pickle=False) as arrays:
            return _fitted(card, {name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, TypeError, OSError, BadZipFile) as problem:
        raise ReaderError(f"{described} does not describe a sound model ({problem}).") from None


def _fitted(card: dict, arrays: dict[str, np.ndarray]) -> Model:
    sizes, columns = card["sizes"], tuple(card["columns"])
    if sizes[0] != len(columns) or sizes[-1] != 1 or not 0 < card["cut"] < 1:
        raise ValueError("its sizes, columns and cut do not fit each other")
    shapes = {"least": (sizes[0],), "greatest": (sizes[0],), "usual": (2, sizes[0])}
    for place, pair in enumerate(pairwise(sizes)):
        shapes |= {f"weight_{place}": pair, f"bias_{place}": pair[1:]}
    for name, shape in shapes.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ValueError(f"the array {name} is not {shape} finite numbers")
    layers = range(len(sizes) - 1)
    return Model(
        columns,
        *(arrays[name] for name in ("least", "greatest", "usual")),
        tuple(arrays[f"weight_{place}"] for place in layers),
        tuple(arrays[f"bias_{place}"] for place in layers),
        card["cut"],
        card["about"],
    )
