"""The board counts what is judged, conclusions first, and says so in a sentence."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from lib import claims
from lib.book.pages.board import SHORT, Row, scoreboard, scoreboard_html, sentence
from lib.claims.tables import verdict_class
from lib.claims.verdicts import VERDICTS, Judgement
from lib.common.paths import CHAPTERS

BLANK = Judgement(
    "demo.a", "demo", "Table 1", "A", "accuracy", "0.9", 0.9, None, None, None, "exact", "", "",
    "value", 1, basis="file",
)  # fmt: skip
PAPERS = {"demo": ("Demo paper", "demo/index.html")}


def judgements(*changes, **more):
    return [replace(BLANK, **change, **more) for change in changes]


def conclusions(**verdicts):
    """Return as many conclusions with each verdict as are asked for, its blanks as underscores."""
    words = {name.replace("_", " "): count for name, count in verdicts.items()}
    words = {{"changes": "differs, conclusion changes"}.get(k, k): n for k, n in words.items()}
    return [
        replace(BLANK, kind="conclusion", verdict=word)
        for word, count in words.items()
        for _ in range(count)
    ]


def test_each_verdict_that_occurs_has_a_row_with_its_bases():
    (card,) = scoreboard(
        judgements(
            {"verdict": "not comparable", "basis": None},
            {"verdict": "exact", "kind": "conclusion"},
            {"verdict": "exact", "basis": "arithmetic"},
            {"verdict": "exact", "basis": "arithmetic"},
        ),
        PAPERS,
    )
    assert card.rows == [
        Row("exact", 1, 2, {SHORT["file"]: 1, SHORT["arithmetic"]: 2}),
        Row("not comparable", 0, 1, {}),
    ]
    assert card.columns == ["conclusions", "numbers"]


def test_repetitions_settings_and_other_papers_are_not_counted():
    others = judgements(
        {"repeats": "demo.a"},
        {"verdict": "setting"},
        {"verdict": "context"},
        {"verdict": "time"},
        {"paper": "other"},
    )
    (card,) = scoreboard([BLANK, *others], PAPERS)
    assert card.rows == [Row("exact", 0, 1, {SHORT["file"]: 1})]
    assert card.columns == ["numbers"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            conclusions(exact=2, within_spread=1, changes=8, cannot_tell=3),
            "Of 14 conclusions judged by our runs, 3 hold, 8 do not, and 3 cannot be told.",
        ),
        (
            conclusions(exact=1, changes=1),
            "Of 2 conclusions judged by our runs, 1 holds and 1 does not.",
        ),
        (conclusions(exact=1), "Of 1 conclusion judged by our runs, 1 holds."),
        ([BLANK], "None of its conclusions can be judged on the data at hand."),
    ],
)
def test_the_sentence_follows_from_the_counts(found, words):
    assert sentence(found) == words


def test_a_conclusion_is_not_counted_only_where_it_contradicts_the_paper():
    against = [replace(each, basis="arithmetic") for each in conclusions(paper_inconsistent=2)]
    alone = "None of its conclusions can be judged on the data at hand. Of the sentences, 2 "
    assert sentence(against) == alone + "contradict the paper's own numbers."
    unjudged = [replace(each, basis=None, id="demo.c") for each in conclusions(not_comparable=3)]
    both = alone.replace("2 ", "3 follow from the paper's own numbers and 2 contradict them.")
    assert sentence([*against, *unjudged], {"demo.c"}) == both
    assert sentence([*against, *unjudged]) == sentence(against)
    held = [replace(each, basis="arithmetic") for each in conclusions(exact=1)]
    assert sentence([*held, *conclusions(changes=1)]) == (
        "Of 1 conclusion judged by our runs, 1 does not. "
        "Of the others, 1 follows from the paper's own numbers."
    )


def test_the_page_shows_no_zero_and_tells_verdicts_apart_by_class():
    found = judgements(*({"verdict": verdict} for verdict in VERDICTS))
    page = BeautifulSoup(scoreboard_html(scoreboard(found, PAPERS)), "html.parser")
    assert page.select_one("[data-paper=demo] a[href='demo/index.html']").text == "Demo paper"
    assert [cell.text for cell in page.select("thead th")] == ["verdict", "numbers", "judged on"]
    rows = page.select("tbody tr")
    assert [" ".join(row["class"]) for row in rows] == [verdict_class(word) for word in VERDICTS]
    assert all([cell.text for cell in row.select("td")] == ["1", "its file"] for row in rows)


def test_what_is_no_grey_has_a_colour():
    style = (CHAPTERS / "_static" / "book.css").read_text(encoding="utf-8")
    plain = {word for word in VERDICTS if f".{verdict_class(word).split()[1]}" not in style}
    assert plain == {"cannot tell", "not comparable"}


def test_every_claim_that_is_judged_is_on_the_board_once():
    every = claims.judge_all()
    papers = {each.paper: (each.paper, "") for each in every}
    counted = sum(
        row.conclusions + row.numbers for card in scoreboard(every, papers) for row in card.rows
    )
    assert counted == sum(each.verdict in VERDICTS and not each.repeats for each in every)
