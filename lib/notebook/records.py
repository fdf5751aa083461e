"""Measured numbers with their provenance: one JSON file a notebook."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import get_origin

import numpy as np

from lib.common.basis import BASES
from lib.common.errors import ReaderError
from lib.common.files import joined_digest, state_of, write_whole
from lib.common.paths import reference_folder, run_folder

FORMAT = 1
# From the least to the most trusted; what rests on several files is as good as the worst.
SOURCES = ("twin", "unknown", "real")
PACKAGES = (
    *("torch", "snntorch", "numba", "scikit-learn", "xgboost", "shap", "imbalanced-learn"),
    *("numpy", "pandas"),
)
# A greater number is a mistake, and its square no number at all.
LARGEST = 1e100
# With these a person has libraries compute as on a lesser processor.
LESSER = ("ATEN_CPU_CAPABILITY", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "MKL_CBWR")


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from."""

    notebook: str  # chapter and stem, such as "03-xmednn-ehms/02_reproduction"
    # The data file's name in the registry, and its digest, empty for a twin. For what rests on
    # several files: names and variants parted by spaces, and the digest of the digests.
    dataset: str
    variant: str
    sha256: str
    source: str  # of `SOURCES`: "unknown" is a file that was forced past the digest check
    profile: str  # "full" (the paper's settings) or "quick"
    seed: int  # the first one
    replicates: int
    versions: dict[str, str] = field(default_factory=dict)  # of the packages that numbers depend on
    machine: str = ""  # by `machine_kind`
    basis: str = ""  # of `BASES`

    @property
    def complete(self) -> bool:
        """Whether the run was made on real data at the paper's settings."""
        return self.source == "real" and self.profile == "full"

    @property
    def judges_papers(self) -> bool:
        """Whether these records may be held against a paper's claims."""
        return self.complete and bool(self.basis)


@dataclass(frozen=True)
class Record:
    """One measured quantity, with one value a replicate."""

    id: str  # dotted, such as "xmednn.table1.dnn.accuracy"
    values: tuple[float, ...]  # fractions for rates and scores, counts for rows; one a seed
    protocol: str  # how it was measured, in a few words
    deterministic: bool  # no random draw enters, so that one value says all
    provenance: Provenance
    timed: bool = False  # a time or a ratio of times, which belongs to the machine that took it

    @property
    def mean(self) -> float:
        """Mean over the replicates."""
        return float(np.mean(self.values))


def machine_kind() -> str:
    """Return architecture, system, processor and a digest of its instructions, as LLVM sees it."""
    # Imported here: pages without records need none of it.
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    means = [get_host_cpu_features().flatten(), *(os.environ.get(name, "") for name in LESSER)]
    digest = sha256("\n".join(means).encode()).hexdigest()[:8]
    return f"{platform.machine()} {platform.system()} {get_host_cpu_name()} {digest}"


def origin(datasets) -> dict[str, str]:
    """Return which data file, or which files together, a record rests on."""
    several = each_dataset(datasets)
    return {
        "dataset": " ".join(dict.fromkeys(dataset.name for dataset in several)),
        "variant": " ".join(dict.fromkeys(dataset.variant for dataset in several)),
        "sha256": joined_digest([dataset.sha256 for dataset in several]),
        "source": min((dataset.source for dataset in several), key=SOURCES.index),
        "basis": min((dataset.basis for dataset in several), key=BASES.index),
    }


def each_dataset(datasets) -> list:
    """Return one data set, or an iterable or mapping of them, as a list."""
    several = datasets.values() if isinstance(datasets, Mapping) else datasets
    return list(several) if isinstance(several, Iterable) else [several]


class Recorder:
    """Collects the records of one notebook and writes them as one file.

    Parameters
    ----------
    notebook : str
        Chapter and stem of the notebook.
    dataset : lib.datasets.Dataset, or an iterable or mapping of them
        What the notebook loaded. A record that names no dataset of its own rests on all.
    profile, seed, replicates
        The notebook's parameters.
    """

    def __init__(self, notebook: str, dataset, profile: str, seed: int, replicates: int):
        self.provenance = Provenance(
            notebook=notebook,
            **origin(dataset),
            profile=profile,
            seed=seed,
            replicates=replicates,
            versions={"python": platform.python_version()}
            | {package: version(package) for package in PACKAGES},
            machine=machine_kind(),
        )
        self._records: dict[str, dict] = {}

    def add(
        self,
        id: str,
        values: float | Sequence[float],
        protocol: str,
        deterministic: bool = False,
        dataset=None,
        timed: bool = False,
    ) -> None:
        """Add one record.

        Parameters
        ----------
        id : str
            Dotted name; unique within the notebook.
        values : float or sequence of float
            One value a replicate; finite, and no greater than `LARGEST`.
        protocol, deterministic, timed
            As in `Record`.
        dataset : lib.datasets.Dataset, or an iterable of them, optional
            What this record rests on; everything that the notebook loaded when left out.

        Raises
        ------
        ValueError
            If the id is taken, or a value is missing or not finite.
        """
        numbers = [float(value) for value in np.atleast_1d(np.asarray(values, dtype=float))]
        if id in self._records:
            raise ValueError(f"record {id!r} is added twice in {self.provenance.notebook}")
        if not _finite(numbers):
            raise ValueError(f"record {id!r} needs finite values, got {numbers}")
        about = {"protocol": protocol, "deterministic": bool(deterministic)}
        self._records[id] = {"values": numbers} | about
        if timed:
            self._records[id]["timed"] = True
        if dataset is not None:
            self._records[id]["origin"] = origin(dataset)

    def add_scores(self, prefix: str, scores, **details) -> None:
        """Add one record for each column of a table of scores.

        Parameters
        ----------
        prefix : str
            Put before each column's name with a dot.
        scores : pandas.DataFrame
            One row a replicate, one column a metric.
        **details
            Passed on to `add`.
        """
        for metric in scores.columns:
            self.add(f"{prefix}.{metric}", scores[metric].to_numpy(), **details)

    def save(self) -> None:
        """Write the records so far to the run's folder, whole."""
        path = run_folder() / f"{self.provenance.notebook}.json"
        content = {"format": FORMAT, "provenance": asdict(self.provenance)}
        content["records"] = self._records
        write_whole(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


class RecordSet(Mapping[str, Record]):
    """All records below a folder, by id."""

    def __init__(self, records=()):
        self._by_id: dict[str, Record] = {}
        for record in records:
            if record.id in self._by_id:
                first, second = self._by_id[record.id].provenance, record.provenance
                raise ReaderError(
                    f"record {record.id!r} stands in two files: {first.notebook} and "
                    f"{second.notebook}. Remove the stale one and run again."
                )
            self._by_id[record.id] = record

    def __getitem__(self, id):
        return self._by_id[id]

    def __iter__(self):
        return iter(self._by_id)

    def __len__(self):
        return len(self._by_id)

    @staticmethod
    def read(folder: Path) -> "RecordSet":
        """Read every record file below a folder."""
        return _read_files(state_of(folder, "*/*.json"))


# A page asks for the records at each of its numbers; unchanged files are read once.
@lru_cache(maxsize=8)
def _read_files(state: tuple[tuple[str, int, int], ...]) -> RecordSet:
    return RecordSet(record for path, _, _ in state for record in _read_file(Path(path)))


def _read_file(path: Path) -> list[Record]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, expected {FORMAT}")
        provenance = Provenance(**content["provenance"])
        return [_record(id, entry, provenance) for id, entry in content["records"].items()]
    except FileNotFoundError:  # its notebook has just begun again
        return []
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as problem:
        raise ReaderError(
            f"{path} is not a record file ({problem}). Delete it and run its notebook again."
        ) from None


def _record(id: str, entry: dict, provenance: Provenance) -> Record:
    own = replace(provenance, **entry.get("origin", {}))
    values, timed = tuple(map(float, entry["values"])), entry.get("timed", False)
    if not _finite(values):
        raise ValueError(f"record {id} needs finite values, and has {str(values)[:80]}")
    found = Record(id, values, entry["protocol"], entry["deterministic"], own, timed)
    for part in (own, found):
        for one in fields(part):
            if not isinstance(getattr(part, one.name), get_origin(one.type) or one.type):
                raise ValueError(f"{one.name} of record {id} is {getattr(part, one.name)!r}")
    return found


def _finite(values: Sequence[float]) -> bool:
    return bool(values) and all(abs(value) <= LARGEST for value in values)


def reference() -> RecordSet:
    """Return the records of the published run on real data."""
    return RecordSet.read(reference_folder())


def this_run() -> RecordSet:
    """Return the records of the run in progress, or of the latest one."""
    return RecordSet.read(run_folder())
