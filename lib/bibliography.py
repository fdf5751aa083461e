"""The style of the list of references: labelled as the text cites, by author and year."""

from collections import Counter
from collections.abc import Iterable, Iterator

from pybtex.database import Entry, Person
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx

NAME = "author_year"


class AuthorYearLabels(BaseLabelStyle):
    """Labels such as ``Alani et al., 2023``; equal ones are told apart by a letter."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the label of each entry.

        Parameters
        ----------
        sorted_entries : iterable of pybtex.database.Entry
            With the fields that a bibliography file gives.

        Yields
        ------
        str
            In the order of the entries.
        """
        labels = [
            f"{_names(entry)}, {entry.fields.get('year', 'n.d.')}" for entry in sorted_entries
        ]
        often, seen = Counter(labels), Counter()
        for label in labels:
            seen[label] += 1
            yield label + (chr(ord("a") + seen[label] - 1) if often[label] > 1 else "")


def _names(entry: Entry) -> str:
    names = [_last_name(person) for person in entry.persons.get("author", [])]
    if not names:
        return entry.fields.get("title", entry.key)
    return names[0] + {1: "", 2: f" and {names[-1]}"}.get(len(names), " et al.")


def _last_name(person: Person) -> str:
    # As text, in which accents are letters and no longer commands of TeX.
    return " ".join(map(str, [*person.rich_prelast_names, *person.rich_last_names]))


class AuthorYearStyle(PlainStyle):
    """The plain style, sorted by author, with labels by author and year."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict:
    """Register with pybtex and Sphinx; `lib.directives` does so.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The application.
    """
    register_plugin("pybtex.style.formatting", NAME, AuthorYearStyle)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
