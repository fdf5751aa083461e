"""The faults that are planted to see whether a verification finds them."""

from dataclasses import dataclass

from lib.verification.judge import EQUAL, PRESENT, SHUFFLED

CLAIMS, PAGES, NOTEBOOKS = "claims", "pages", "notebooks"
# What each check is called in a sentence.
CHECKS = {
    SHUFFLED: "records: fresh and published seeds, shuffled together",
    EQUAL: "records: equality of what has no random draw",
    PRESENT: "records: everything published must be measured",
    CLAIMS: "claims: the ledger and its verdicts, as published",
    PAGES: "pages: the stamp of each page against its code",
    NOTEBOOKS: "execution: every notebook runs to its end",
}


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes
    ----------
    id : str
        By which `tests/test_planted_faults.py` knows how to plant it.
    fault : str
        What is done.
    simulates : str
        What it stands for.
    check : str
        The check that must find it, one of `CHECKS`.
    """

    id: str
    fault: str
    simulates: str
    check: str


FAULTS = (
    Fault(
        "leak",
        "Rows are split at random after oversampling, so copies of a row stand on both sides.",
        "A leak that an audit had removed comes back into a protocol.",
        SHUFFLED,
    ),
    Fault(
        "hyperparameter",
        "The decision tree may grow to depth 2 only.",
        "A setting is changed, or a library changes its default.",
        SHUFFLED,
    ),
    Fault(
        "feature",
        "One feature of the test rows is a thousand times too large.",
        "Milliseconds are read as seconds, or a scaler is fitted on other rows.",
        SHUFFLED,
    ),
    Fault(
        "label",
        "The labels of one training row in five are exchanged.",
        "A join or a sort brings labels to the wrong rows.",
        SHUFFLED,
    ),
    Fault(
        "count",
        "One row more is dropped before anything is counted.",
        "A filter on the data is written another way.",
        EQUAL,
    ),
    Fault(
        "omission",
        "One score is no longer recorded.",
        "A result is dropped without a word.",
        PRESENT,
    ),
    Fault(
        "claim",
        "Two digits of a printed number are exchanged in the ledger.",
        "A claim is mistyped when the paper is transcribed or corrected.",
        CLAIMS,
    ),
    Fault(
        "verdict",
        "A claim points at the record of another classifier.",
        "The ledger is edited, and a verdict changes without a run.",
        CLAIMS,
    ),
    Fault(
        "page",
        "A notebook computes something else than when its page was published.",
        "A page is older than its code.",
        PAGES,
    ),
    Fault(
        "exception",
        "A cell of a notebook raises an error.",
        "A library no longer accepts a call.",
        NOTEBOOKS,
    ),
)
