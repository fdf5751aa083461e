"""The labels of the list of references are those by which the text cites."""

from pybtex.database import Entry, Person

from lib.book.pages.bibliography import AuthorYearLabels


def entry(*authors, **fields):
    return Entry("article", fields, {"author": [Person(name) for name in authors]})


def labels(*entries):
    return list(AuthorYearLabels().format_labels(entries))


def test_one_two_and_more_authors():
    assert labels(
        entry("Hinton, G.", year="2002"),
        entry("Chen, Tianqi", "Guestrin, Carlos", year="2016"),
        entry("Alani, M.", "Mashatan, A.", "Miri, A.", year="2023"),
    ) == ["Hinton, 2002", "Chen and Guestrin, 2016", "Alani et al., 2023"]


def test_accents_are_letters():
    assert labels(entry(r"{\v{Z}}ivadinovi{\'c}, M.", year="2024")) == ["Živadinović, 2024"]


def test_equal_labels_are_told_apart():
    same = entry("Chen, T.", year="2016")
    assert labels(same, entry("Miri, A.", year="2016"), same) == [
        "Chen, 2016a",
        "Miri, 2016",
        "Chen, 2016b",
    ]


def test_without_author_or_year():
    assert labels(entry(title="A report")) == ["A report, n.d."]
