"""The one error type that is shown to a person instead of a traceback."""


class ReaderError(Exception):
    """A problem that the person at the keyboard can mend.

    The message says what was wrong, where, and what to do next. The command line
    prints it as it stands and exits with status 2.
    """
