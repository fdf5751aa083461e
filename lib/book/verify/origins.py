"""Holding what a page's records say of their run against the stamp of the page.

One run writes both. Whoever edits one of them, with all digests made anew, would otherwise choose
how a record is judged: what other seeds, versions or machines have measured is left to chance.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from lib.book.notebooks import Notebook
from lib.book.stamps.inputs import DATA_SET, PARAMETER, REGISTERED, VERSION, registered
from lib.book.stamps.pages import named
from lib.common.files import joined_digest
from lib.common.paths import REFERENCE
from lib.datasets import entry, names
from lib.datasets.registry import Variant
from lib.notebook.records import RecordSet


def not_of_the_run(notebook: Notebook, stamp: Mapping) -> list[str]:
    """Say where the records of a page, and its stamp, tell of two runs, machines or data."""
    every = RecordSet.read(REFERENCE).values()  # refuses what is no record file
    path = REFERENCE / f"{notebook.name}.json"
    made = json.loads(path.read_text(encoding="utf-8"))["provenance"]
    origins = [each.provenance for each in every if each.provenance.notebook == notebook.name]
    own = {(each.dataset, each.variant, each.sha256, each.source) for each in origins}
    found = [*_another_run(notebook, stamp, made)]
    found += [why for origin in sorted(own) for why in _other_data(stamp, *origin)]
    return [
        *(f"data/reference/{notebook.name}.json {why}" for why in dict.fromkeys(found)),
        *(f"the stamp of {notebook.name}.ipynb {why}" for why in _nobodys_data(stamp)),
    ]


def _another_run(notebook: Notebook, stamp: Mapping, made: Mapping) -> Iterator[str]:
    if made["notebook"] != notebook.name:
        yield f"holds the records of {made['notebook']}"
    for name, text in named(stamp, PARAMETER).items():
        if repr(made.get(name)) != text:
            yield f"has the {name} {made.get(name)!r}, and the stamp of its page {text}"
    for name, text in named(stamp, VERSION).items():
        if made["versions"].get(name, text) != text:
            yield f"has {name} {made['versions'][name]}, and the stamp of its page {text}"
    kinds = set(made["machine"].split()[:2]), set(stamp["machine"].partition(",")[0].split())
    if kinds[0] != kinds[1]:
        yield f"is of {made['machine'] or 'no machine'}, and the page of {stamp['machine']}"


def _other_data(
    stamp: Mapping, datasets: str, variants: str, sha256: str, source: str
) -> list[str]:
    """Say where records that claim real data rest on others than the stamp names."""
    found = {name: state.split() for name, state in named(stamp, DATA_SET).items()}
    used = [name for name in datasets.split() if name in found]
    if source != "real" or not used:
        return []
    if any(found[name][:1] == ["twin"] for name in used):
        return [f"claims real data of {datasets}, and the page was made from a twin"]
    forms = [each for name in used for each in _forms(name, variants)]
    if (
        used != datasets.split()
        or {each.name for each in forms} != set(variants.split())
        or any(each.by_content for each in forms)
        or not all(_is_current(stamp, name) for name in used)
    ):
        return []  # the registry knows no digest, as of what a paper's code makes from files
    digests = [part.sha256 for each in forms for part in each.parts]
    whole = joined_digest([joined_digest([p.sha256 for p in each.parts]) for each in forms])
    there = {digest for name in used for digest in found[name][1:]}
    if sha256 == whole and set(digests) <= there:
        return []
    return [f"rests on {variants} of {datasets}, and has not the digest that its page names"]


def _forms(name: str, variants: str) -> Sequence[Variant]:
    by_name = {each.name: each for each in entry(name).variants}
    return [by_name[each] for each in variants.split() if each in by_name]


def _nobodys_data(stamp: Mapping) -> Iterator[str]:
    """Name the digests that the registry has of no file."""
    for name, state in named(stamp, DATA_SET).items():
        kind, *digests = state.split()
        if kind != "real" or not _is_current(stamp, name):
            continue
        variants = entry(name).variants
        others = set(digests) - {part.sha256 for each in variants for part in each.parts}
        # Files that are known by what they hold have a digest of their own on each machine.
        least = min((len(each.parts) for each in variants if each.by_content), default=None)
        if others and (least is None or len(others) < least):
            yield f"names files of {name} that the registry does not know"


def _is_current(stamp: Mapping, name: str) -> bool:
    """Whether the registry says of a data set what it said to the run of the page."""
    return name in names() and registered([name])[name] == named(stamp, REGISTERED).get(name)
