"""The faults that are planted to see whether a verification finds them."""

from dataclasses import dataclass

from lib.book.verify.judge import EQUAL, ORIGIN, PRESENT, REPEATED, SHUFFLED

CLAIMS, PAGES, NOTEBOOKS, READING = "claims", "pages", "notebooks", "reading"
OUTPUTS, SHOWN, FILES = "outputs", "shown", "files"
# What each check is called in a sentence.
CHECKS = {
    SHUFFLED: "records: fresh and published seeds, shuffled together",
    REPEATED: "records: each value against the published one of its seed",
    ORIGIN: "records: the same data, protocol and profile, and what each says of itself",
    EQUAL: "records: equality of what has no random draw",
    PRESENT: "records: everything published must be measured",
    CLAIMS: "claims: the ledger and its verdicts, as published",
    PAGES: "pages: the stamp of each page against its code, its records and the registry",
    OUTPUTS: "pages: the outputs of each cell against the stamp",
    SHOWN: "pages: what each cell prints against what the run prints",
    FILES: "files: each against the manifest",
    NOTEBOOKS: "execution: every notebook runs to its end",
    READING: "reading: a record is refused by name",
}


@dataclass(frozen=True)
class Fault:
    """One planted fault."""

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
        "default",
        "Naive Bayes smooths a hundred thousand times as much.",
        "A library changes a default that moves scores by less than chance does.",
        REPEATED,
    ),
    Fault(
        "penalty",
        "Logistic regression is penalised a tenth less.",
        "A library changes the default of a setting that is nowhere written.",
        REPEATED,
    ),
    Fault(
        "leaf",
        "A leaf of the decision tree holds two rows at least.",
        "The same, where it moves less than chance does.",
        REPEATED,
    ),
    Fault(
        "pace",
        "A network learns at a rate a tenth higher.",
        "A learning rate is mistyped.",
        REPEATED,
    ),
    Fault(
        "epochs",
        "A network is trained for a tenth fewer epochs.",
        "A run is cut short.",
        REPEATED,
    ),
    Fault(
        "rows",
        "One test row in a hundred is also a training row.",
        "A split lets a few rows through.",
        REPEATED,
    ),
    Fault(
        "scaler",
        "The scaler is fitted on all rows.",
        "Preprocessing moves before the split.",
        REPEATED,
    ),
    Fault(
        "raised",
        "A published value is raised by 0.05.",
        "A record is edited by hand, and its digest made anew.",
        REPEATED,
    ),
    Fault(
        "rate",
        "A false-alarm rate of the whole run is ten times as large.",
        "A sum over all seeds is computed another way.",
        REPEATED,
    ),
    Fault(
        "data",
        "The records rest on a file with another digest.",
        "Another file, or another release, is registered in place of the published one.",
        ORIGIN,
    ),
    Fault(
        "flag",
        "A record calls itself a time.",
        "A record is edited with all digests so that nothing judges it.",
        ORIGIN,
    ),
    Fault(
        "single",
        "A record has one value for all seeds, in place of a value a seed.",
        "The same, where a sum of the whole run would not be judged.",
        ORIGIN,
    ),
    Fault(
        "infinite",
        "A record holds what is no finite number.",
        "A division by zero reaches a record, or one is edited.",
        READING,
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
        "row",
        "The place in the paper is another in the ledger.",
        "A column that no verdict rests on is edited.",
        CLAIMS,
    ),
    Fault(
        "hand",
        "A published record is edited beside its page.",
        "A number is changed by hand, in a table that nobody computes anew.",
        PAGES,
    ),
    Fault(
        "seed",
        "The published records name another first seed, and all digests are made anew.",
        "Records are edited so that chance has to judge them.",
        PAGES,
    ),
    Fault(
        "source",
        "The stamp of a page names another file of data, and its digest is made anew.",
        "A page is said to rest on data that it has not seen.",
        PAGES,
    ),
    Fault(
        "number",
        "A number in a table of a published page is another.",
        "An output is changed by hand, in a page that nobody executes anew.",
        OUTPUTS,
    ),
    Fault(
        "figure",
        "A figure of a published page is replaced by another.",
        "An image is drawn elsewhere, and put where the computed one stood.",
        OUTPUTS,
    ),
    Fault(
        "stampless",
        "The stamp of a page, or its digests of the outputs, is removed, and a number changed.",
        "A page is edited so that nothing is left to hold it against.",
        OUTPUTS,
    ),
    Fault(
        "table",
        "A number in a table is another, and the digests of page and manifest are made anew.",
        "A page is edited by someone who knows what guards it.",
        SHOWN,
    ),
    Fault(
        "file",
        "The time that a notebook took is another.",
        "A published file that no stamp and no verdict covers is edited.",
        FILES,
    ),
    Fault(
        "chain",
        "The manifest is dated back, or names another parent.",
        "A manifest is made by hand, which follows none that was published.",
        FILES,
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
