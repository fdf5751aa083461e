"""The papers of the book: the one list of them, for the command line and `lib.book`."""

from types import ModuleType

from lib.papers import botiot, toniot, xmednn
from lib.papers.botiot.packets import making as botiot_making

# Each has ``NAME``, its data set in the registry, ``load``, ``paper_table``, and a module ``twin``.
PAPERS: tuple[ModuleType, ...] = (
    botiot,
    toniot,
    xmednn,
)
# What makes twins that are tables rather than parameters.
MAKERS = {botiot.NAME: botiot_making}
