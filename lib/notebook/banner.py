"""The line at the top of a page that says which run the reader is looking at."""

from dataclasses import dataclass
from html import escape

from lib.common.wording import in_markdown, seeds
from lib.notebook.records import each_dataset, origin

PROFILES = {
    "full": "the paper's settings",
    "quick": "fewer epochs or rows than the paper has, so no number here speaks of the paper",
}


@dataclass(frozen=True)
class Banner:
    """A notice that a notebook shows in its first output."""

    source: str
    data: str
    settings: str

    def _repr_html_(self) -> str:
        return (
            f'<div class="banner {self.source}" role="note">'
            f"<p>{escape(self.data)}</p><p>{escape(self.settings)}</p></div>"
        )

    def _repr_markdown_(self) -> str:
        return f"> {in_markdown(self.data)} {in_markdown(self.settings)}"

    def __repr__(self) -> str:
        return f"{self.data} {self.settings}"


def run_banner(dataset, profile: str, seed: int, replicates: int) -> Banner:
    """Describe the run that made a page.

    Parameters
    ----------
    dataset : lib.datasets.Dataset, or an iterable or mapping of them
        What the notebook loaded; the least real of them decides the colour.
    profile, seed, replicates
        The notebook's parameters: ``"full"`` or ``"quick"``, the first seed, how many there are.
    """
    plural = "" if replicates == 1 else "s"
    settings = (
        f"Profile {profile}: {PROFILES[profile]}. {replicates} replicate{plural}, "
        f"{seeds(seed, replicates)}. Another machine may move a stochastic number within the "
        "interval printed beside it."
    )
    sentences = dict.fromkeys(one.banner for one in each_dataset(dataset))
    return Banner(origin(dataset)["source"], " ".join(sentences), settings)
