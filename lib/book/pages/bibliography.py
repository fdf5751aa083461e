"""The style of the list of references: labelled as the text cites, by author and year."""

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels.alpha import LabelStyle
from sphinx.application import Sphinx


class AuthorYearLabels(LabelStyle):
    """Labels such as ``Alani et al., 2023``; pybtex tells equal ones apart by a letter."""

    def format_label(self, entry: Entry) -> str:
        """Return the label of one entry, without that letter."""
        # As text, in which accents are letters and no longer commands of TeX.
        names = [
            " ".join(map(str, [*person.rich_prelast_names, *person.rich_last_names]))
            for person in entry.persons.get("author", [])
        ] or [entry.fields.get("title", entry.key)]
        others = {1: "", 2: f" and {names[-1]}"}.get(len(names), " et al.")
        return f"{names[0]}{others}, {entry.fields.get('year', 'n.d.')}"


class AuthorYearStyle(PlainStyle):
    """The plain style, sorted by author, with labels by author and year."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict:
    """Register with pybtex and Sphinx; `lib.book.pages.directives` does so."""
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
