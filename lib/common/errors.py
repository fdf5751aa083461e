"""The one error type that is shown to a person instead of a traceback."""


class ReaderError(Exception):
    """A problem that the person at the keyboard can mend; the command line exits with status 2.

    The message, printed as it stands, says what was wrong, where, and what to do next.
    """
