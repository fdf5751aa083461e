"""Having other environment variables for a while."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def variables(chosen: Mapping[str, str], hidden: str | None = None) -> Iterator[None]:
    """Set variables for a while, and hide all others whose names begin with `hidden`."""
    others = {name for name in os.environ if hidden and name.startswith(hidden)}
    before = {name: os.environ[name] for name in others | set(chosen) if name in os.environ}

    def put(values: Mapping[str, str]) -> None:
        for name in others | set(chosen):
            os.environ.pop(name, None)
        os.environ.update(values)

    put(chosen)
    try:
        yield
    finally:
        put(before)
