"""The stamp of a published page: what it was made from, and whether that is still so.

A stamp is the ``stamp`` entry of a page's notebook metadata: the inputs as
`lib.book.stamps.inputs` names them and their digest, the digests of the records that the run left
and of the outputs of each code cell, the machine, the seconds and the threads.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from lib.book.stamps.inputs import (
    DATA_SET,
    PARAMETER,
    PRINTED,
    REGISTERED,
    VERSION,
    code_inputs,
    digest_of,
    printed_read,
    registered,
)
from lib.claims.tables import RECIPE
from lib.common.paths import ROOT
from lib.common.requirements import REQUIREMENTS, pinned_versions
from lib.common.wording import duration, seeds
from lib.datasets import names
from lib.notebook.records import Record

KEY = "stamp"
SHOWN = 8


def read_stamp(page: Path) -> dict | None:
    """Return the stamp of a page."""
    if not page.exists():
        return None
    return json.loads(page.read_text(encoding="utf-8"))["metadata"].get(KEY)


def outputs_of(page: Mapping) -> list[str]:
    """Return a digest of the outputs of each code cell, whether their lines are joined or not.

    Of an output that each build renders anew, only how to render it counts.
    """
    made = ([_content(one) for one in cell["outputs"]] for _, cell in _code_cells(page))
    texts = (json.dumps(each, sort_keys=True, ensure_ascii=False) for each in made)
    return [hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest() for text in texts]


def _code_cells(page: Mapping) -> list[tuple[int, Mapping]]:
    return [(n, cell) for n, cell in enumerate(page["cells"], 1) if cell["cell_type"] == "code"]


def _content(output: Mapping) -> Mapping:
    recipe = output.get("metadata", {}).get(RECIPE)
    if recipe:
        return recipe
    shown = {kind: _joined(each) for kind, each in output.get("data", {}).items()}
    return {**output, "text": _joined(output.get("text", "")), "data": shown}


def _joined(text):
    is_lines = isinstance(text, list) and all(isinstance(line, str) for line in text)
    return "".join(text) if is_lines else text


def changed_outputs(page: Path) -> list[str]:
    """Name the cells whose outputs are not those that the stamp was given with, or say it has none.

    Nobody can tell what a run has put there where no stamp says it.
    """
    content = json.loads(page.read_text(encoding="utf-8"))
    stamp, now = content["metadata"].get(KEY), outputs_of(content)
    if stamp is None:
        return [f"{page.name} has no stamp"]
    if stamp.get("outputs") is None:
        return [f"the stamp of {page.name} names no outputs"]
    made = stamp["outputs"]
    if len(made) != len(now):
        return [f"{page.name} has {len(now)} code cells, and had {len(made)}"]
    return [
        f"an output of cell {number} was changed by hand"
        for (number, _), before, after in zip(_code_cells(content), made, now, strict=True)
        if before != after
    ]


def out_of_date(
    source: Path, page: Path, root: Path = ROOT, requirements: Path = REQUIREMENTS
) -> list[str]:
    """Name what has changed since a page was made: code, printed numbers, versions, outputs."""
    stamp = read_stamp(page)
    if stamp is None:
        return [f"{page.name} has no stamp"]
    if stamp["digest"] != digest_of(stamp["inputs"]):
        return [f"the stamp of {page.name} does not fit its own digest"]
    printed = named({"inputs": printed_read(source, root)}, PRINTED)
    numbers = _changes(named(stamp, PRINTED), printed)
    data = _changes(named(stamp, REGISTERED), registered(named(stamp, DATA_SET)))
    return [
        *_changes(files_of(stamp), code_inputs(source, root)),
        *(f"what the paper prints as {number}" for number in numbers),
        *(f"what the registry says of {one}" for one in data),
        *_changed_pins(stamp, requirements),
        *changed_outputs(page),
    ]


def _changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    changed = [name for name in sorted(before | now) if before.get(name) != now.get(name)]
    ends = {(False, True): "is used now", (True, False): "is no longer used"}
    return [f"{name} {ends.get((name in before, name in now), 'has changed')}" for name in changed]


def _changed_pins(stamp: dict, requirements: Path) -> list[str]:
    pins = pinned_versions(requirements)
    made_with = {name: text.partition("+")[0] for name, text in named(stamp, VERSION).items()}
    return [
        f"{name} is pinned to {pins[name]}, and was {made}"
        for name, made in made_with.items()
        if name in pins and pins[name].partition("+")[0] != made
    ]


def data_not_named(stamp: dict, records: Iterable[Record]) -> list[str]:
    """Name the data sets that a page's records come from and its stamp does not name.

    A stamp takes the names from the text of the notebook and its paper. A name that is put
    together at run time is missed there, and with it the digest of the data.
    """
    used = {name for record in records for name in record.provenance.dataset.split()}
    return sorted(used & set(names()) - set(named(stamp, DATA_SET)))


def named(stamp: dict, kind: str) -> dict[str, str]:
    """Return the inputs of one kind, without the kind in their names."""
    start, inputs = f"{kind} ", stamp["inputs"].items()
    return {name.removeprefix(start): text for name, text in inputs if name.startswith(start)}


def files_of(stamp: dict) -> dict[str, str]:
    """Return the inputs that are files of the book, the notebook's source among them."""
    kinds = tuple(f"{kind} " for kind in (PARAMETER, VERSION, DATA_SET, REGISTERED, PRINTED))
    return {name: value for name, value in stamp["inputs"].items() if not name.startswith(kinds)}


def summary(stamp: dict) -> dict[str, str]:
    """Return a stamp in short words, for one line or one row."""
    files = files_of(stamp)
    library = {path: digest for path, digest in files.items() if path.startswith("lib/")}
    code = next(digest for path, digest in files.items() if path not in library)
    versions = named(stamp, VERSION)
    return {
        "code": code[:SHOWN],
        "lib": digest_of(library)[:SHOWN],
        "data": ", ".join(map(shortened, named(stamp, DATA_SET).values())) or "none",
        "run": _run(named(stamp, PARAMETER)),
        "made with": f"Python {versions['python']}, {stamp['machine']}",
        "time": duration(stamp["seconds"]),
        "packages": str(len(versions) - 1),
    }


def shortened(state: str) -> str:
    """Shorten a state such as ``real DIGEST``; several digests become one of them all."""
    kind, *digests = state.split()
    if not digests:
        return kind
    shown = digests[0] if len(digests) == 1 else digest_of(dict.fromkeys(digests, ""))
    return f"{kind} {shown[:SHOWN]}"


def _run(parameters: dict[str, str]) -> str:
    used = seeds(int(parameters["seed"]), int(parameters["replicates"]))
    return f"{ast.literal_eval(parameters['profile'])}, {used}"
