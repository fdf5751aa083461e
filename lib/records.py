"""Measured numbers with their provenance: one JSON file a notebook."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from lib.errors import ReaderError
from lib.files import state_of, write_whole
from lib.paths import reference_folder, run_folder

FORMAT = 1
# From the least to the most trusted; what rests on several files is as good as the worst.
SOURCES = ("twin", "unknown", "real")
PACKAGES = (
    "torch",
    "snntorch",
    "numba",
    "scikit-learn",
    "xgboost",
    "shap",
    "imbalanced-learn",
    "numpy",
    "pandas",
)


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from.

    Attributes
    ----------
    notebook : str
        Chapter and stem, such as ``"03-xmednn-ehms/02_reproduction"``.
    dataset, variant, sha256 : str
        The data file's registry name, variant and digest (empty digest for a twin). For what
        rests on several files: names and variants parted by spaces, digest of the digests.
    source : str
        ``"real"``, ``"twin"``, or ``"unknown"`` for a file that was forced past the
        digest check; only ``"real"`` is ever held against a paper.
    profile : str
        ``"full"`` (the paper's settings) or ``"quick"``.
    seed, replicates : int
        The first seed and the number of replicates.
    versions : dict of str to str
        Package versions that the numbers depend on.
    machine : str
        Processor architecture and operating system.
    """

    notebook: str
    dataset: str
    variant: str
    sha256: str
    source: str
    profile: str
    seed: int
    replicates: int
    versions: dict[str, str] = field(default_factory=dict)
    machine: str = ""

    @property
    def judges_papers(self) -> bool:
        """Whether these records may be held against a paper's claims."""
        return self.source == "real" and self.profile == "full"


@dataclass(frozen=True)
class Record:
    """One measured quantity, with one value a replicate.

    Attributes
    ----------
    id : str
        Dotted name, such as ``"xmednn.table1.dnn.accuracy"``.
    values : tuple of float
        Fractions for rates and scores, counts for rows; one entry a seed.
    protocol : str
        How it was measured, in a few words.
    deterministic : bool
        True when no random draw enters, so that one value says all.
    timed : bool
        True for times and ratios of times, which belong to the machine that took them.
    """

    id: str
    values: tuple[float, ...]
    protocol: str
    deterministic: bool
    provenance: Provenance
    timed: bool = False

    @property
    def mean(self) -> float:
        """Mean over the replicates."""
        return float(np.mean(self.values))


def origin(datasets) -> dict[str, str]:
    """Return which data file, or which files together, a record rests on.

    Parameters
    ----------
    datasets : lib.datasets.Dataset or iterable of them
        At least one; of a mapping the values count.

    Returns
    -------
    dict of str to str
        ``dataset``, ``variant``, ``sha256`` and ``source``, as in `Provenance`.
    """
    several = list(_each(datasets))
    digests = [dataset.sha256 for dataset in several]
    joined = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    return {
        "dataset": " ".join(dict.fromkeys(dataset.name for dataset in several)),
        "variant": " ".join(dict.fromkeys(dataset.variant for dataset in several)),
        "sha256": digests[0] if len(digests) == 1 else joined if all(digests) else "",
        "source": min((dataset.source for dataset in several), key=SOURCES.index),
    }


def _each(datasets) -> Iterable:
    if isinstance(datasets, Mapping):
        return datasets.values()
    return datasets if isinstance(datasets, Iterable) else [datasets]


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
            machine=f"{platform.machine()} {platform.system()}",
        )
        self._records: dict[str, dict] = {}

    def add(
        self,
        id: str,
        values: float | Sequence[float],
        protocol: str = "as printed",
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
            One value a replicate; finite.
        protocol : str
            How it was measured.
        deterministic : bool
            True when no random draw enters.
        dataset : lib.datasets.Dataset, or an iterable of them, optional
            What this record rests on; everything that the notebook loaded when left out.
        timed : bool
            True for times and ratios of times, which belong to the machine that took them.

        Raises
        ------
        ValueError
            If the id is taken, or a value is missing or not finite.
        """
        numbers = [float(value) for value in np.atleast_1d(np.asarray(values, dtype=float))]
        if id in self._records:
            raise ValueError(f"record {id!r} is added twice in {self.provenance.notebook}")
        if not numbers or not np.isfinite(numbers).all():
            raise ValueError(f"record {id!r} needs finite values, got {numbers}")
        self._records[id] = {
            "values": numbers,
            "protocol": protocol,
            "deterministic": bool(deterministic),
        }
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
        content = {
            "format": FORMAT,
            "provenance": asdict(self.provenance),
            "records": self._records,
        }
        write_whole(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


class RecordSet(Mapping[str, Record]):
    """All records below a folder, by id.

    Parameters
    ----------
    records : iterable of Record
        Ids must be unique.
    """

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

    @classmethod
    def read(cls, folder: Path) -> "RecordSet":
        """Read every record file below a folder.

        Parameters
        ----------
        folder : pathlib.Path
            May be missing, which gives an empty set.

        Raises
        ------
        ReaderError
            If a file is not a record file of this format.
        """
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
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ReaderError(
            f"{path} is not a record file ({problem}). Delete it and run its notebook again."
        ) from None


def _record(id: str, entry: dict, provenance: Provenance) -> Record:
    own = replace(provenance, **entry.get("origin", {}))
    values, timed = tuple(map(float, entry["values"])), entry.get("timed", False)
    if not values:
        raise ValueError(f"{id} has no value")
    return Record(id, values, entry["protocol"], entry["deterministic"], own, timed)


def reference() -> RecordSet:
    """Return the records of the published run on real data."""
    return RecordSet.read(reference_folder())


def this_run() -> RecordSet:
    """Return the records of the run in progress, or of the latest one."""
    return RecordSet.read(run_folder())
