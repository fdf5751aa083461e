"""The one error type that is shown to a person instead of a traceback."""

from lib.common.wording import shown


class ReaderError(Exception):
    """A problem that the person at the keyboard can mend; the command line exits with status 2.

    The message, printed as it stands, says what was wrong, where, and what to do next.
    """

    def __str__(self) -> str:
        # What a file holds may be quoted in it, and no terminal should obey that.
        return shown(super().__str__(), lines=True)
