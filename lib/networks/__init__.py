"""Flows of networks that no paper of the book used, each prepared in the same way."""

from types import ModuleType

from lib import datasets
from lib.networks import twin
from lib.networks.flows import FLOWS, table

NAMES = tuple(FLOWS)
TWIN: ModuleType = twin


def load(name: str, allow_unknown_digest: bool = False) -> datasets.Dataset:
    """Load a network's flows, or their twin, for `table`.

    Parameters
    ----------
    name : str
        Of `NAMES`.
    allow_unknown_digest : bool
        As for `lib.datasets.load`, which also says what is raised.
    """
    return datasets.load(name, None, twin, None, allow_unknown_digest)
