"""A printed claim, and the ledger of all of them."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lib.claims.language import Call
from lib.methods.arithmetic import decimals_of, number_of, printed_interval
from lib.methods.intervals import Interval

COUNTS = ("rows", "features", "neurons", "layers", "epochs", "steps", "folds")
# Divide a printed number by this to get the unit of its record.
UNITS = {"%": 100.0, "": 1.0} | dict.fromkeys(("fraction", "rank", "seconds", *COUNTS), 1.0)
RELATIVE_TIME = re.compile(r"seconds of (\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Claim:
    """One row of the ledger; the attributes are its columns."""

    id: str
    paper: str
    locator: str
    subject: str
    dataset: str
    metric: str
    average: str
    published: str
    judged: str
    unit: str
    kind: str
    record: str
    variants: tuple[str, ...]
    supports: tuple[str, ...]
    repeats: str
    check: tuple[Call, ...]
    rule: Call | None
    note: str

    @property
    def scale(self) -> float:
        """What a record's value is multiplied with to get the claim's unit."""
        relative = RELATIVE_TIME.fullmatch(self.unit)
        return float(relative[1]) if relative else UNITS[self.unit]

    @property
    def decimals(self) -> int:
        """Printed digits behind the decimal point."""
        return decimals_of(self.published)

    @property
    def number(self) -> float:
        """The printed number in the claim's unit."""
        return number_of(self.published)

    @property
    def interval(self) -> Interval:
        """Every number, in the record's unit, that rounds or truncates to what is printed."""
        printed = printed_interval(self.number, self.decimals, truncation=True)
        return Interval(printed.low / self.scale, printed.high / self.scale)

    @property
    def is_count(self) -> bool:
        """Whether the number counts things, and so is neither rounded nor cut off."""
        return self.unit in COUNTS

    @property
    def is_number(self) -> bool:
        """Whether what is printed is a number."""
        try:
            number_of(self.published)
        except ValueError:
            return False
        return True


class Ledger(dict[str, Claim]):
    """All claims by id, in the order of the files."""

    def matching(self, *patterns: str) -> list[Claim]:
        """Return the claims whose id fits any pattern.

        Parameters
        ----------
        *patterns : str
            Ids with ``*``, such as ``"xmednn.table1.*"``.

        Returns
        -------
        list of Claim
            In the order of the ledger; empty when none fits.
        """
        return [
            claim
            for id, claim in self.items()
            if any(fnmatchcase(id, pattern) for pattern in patterns)
        ]
