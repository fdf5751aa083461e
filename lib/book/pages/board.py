"""The board of the front page: a card a paper, with how many claims got which verdict, on what."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lib.claims.tables import BASES, TEMPLATES
from lib.claims.verdicts import (
    ARITHMETIC,
    CANNOT_TELL,
    CHANGES,
    HOLDS,
    INCONSISTENT,
    VERDICTS,
    Judgement,
)

# What a paper's conclusions do, of one and of several: by rows and times, and by arithmetic.
DOING = (
    (HOLDS, "holds", "hold"),
    ((CHANGES,), "does not", "do not"),
    ((CANNOT_TELL,), "cannot be told", "cannot be told"),
)
# A card is narrow.
SHORT = BASES | {"file": "its file", "set": "other rows", "arithmetic": "arithmetic"}
FOLLOWING = ("follows from the paper's own numbers", "follow from the paper's own numbers")
AGAINST = ("contradicts them", "contradict them")
CONTRADICTING = ("contradicts the paper's own numbers", "contradict the paper's own numbers")


@dataclass(frozen=True)
class Row:
    """The claims of one paper with one verdict; `bases` counts on what they were judged."""

    verdict: str
    conclusions: int
    numbers: int
    bases: dict[str, int]


@dataclass(frozen=True)
class Card:
    """One paper on the board: its title and address, a verdict in words, and its rows."""

    paper: str
    title: str
    address: str
    sentence: str
    rows: list[Row]

    @property
    def columns(self) -> list[str]:
        """What is counted, without what there is none of."""
        counted = ("conclusions", "numbers")
        return [name for name in counted if any(getattr(row, name) for row in self.rows)]


def scoreboard(
    judgements: Iterable[Judgement],
    papers: Mapping[str, tuple[str, str]],
    following: Collection[str] = (),
) -> list[Card]:
    """Return a card for each paper, which is named with its title and the address of its chapter.

    A claim that restates another is counted with that one, and a verdict that does not occur has
    no row. `following` are those that were asked whether they follow from what is printed.
    """
    counted = [each for each in judgements if each.repeats is None and each.verdict in VERDICTS]
    own = {name: [each for each in counted if each.paper == name] for name in papers}
    return [
        Card(name, *papers[name], sentence(found, following), list(_rows(found)))
        for name, found in own.items()
    ]


def _rows(judgements: Sequence[Judgement]) -> Iterable[Row]:
    for verdict in VERDICTS:
        chosen = [each for each in judgements if each.verdict == verdict]
        if chosen:
            conclusions = sum(each.kind == "conclusion" for each in chosen)
            bases = Counter(each.basis for each in chosen)
            shown = {text: bases[basis] for basis, text in SHORT.items() if bases[basis]}
            yield Row(verdict, conclusions, len(chosen) - conclusions, shown)


def sentence(judgements: Iterable[Judgement], following: Collection[str] = ()) -> str:
    """Return a paper's verdict in words: what rows tell of its conclusions, and what its numbers.

    A conclusion that no rows can judge still follows from the printed numbers or contradicts them,
    and both are said, so that none is counted only where it fails.
    """
    conclusions = [each for each in judgements if each.kind == "conclusion"]
    others = [each for each in conclusions if each.basis in (None, ARITHMETIC)]
    found = Counter(each.verdict for each in conclusions if each not in others)
    against = sum(each.verdict == INCONSISTENT for each in others)
    follow = sum(
        each.verdict != INCONSISTENT and (each.basis is not None or each.id in following)
        for each in others
    )
    total = found.total()
    told = "None of its conclusions can be judged on the data at hand."
    if total:
        counts = [(sum(found[each] for each in some), *words) for some, *words in DOING]
        told = f"Of {_counted(total, 'conclusion')} judged by our runs, {_listed(counts)}."
    more = _listed([(follow, *FOLLOWING), (against, *(AGAINST if follow else CONTRADICTING))])
    return told + (f" Of the {'others' if total else 'sentences'}, {more}." if more else "")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _listed(counts: Iterable[tuple[int, str, str]]) -> str:
    """Return counts with what is counted, such as ``"3 hold, 8 do not, and 1 cannot be told"``."""
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]
    joint = ", and " if len(parts) > 2 else " and "
    return joint.join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def scoreboard_html(cards: Sequence[Card]) -> str:
    """Return the board as HTML."""
    return TEMPLATES.get_template("book/pages/board.html").render(cards=cards)
