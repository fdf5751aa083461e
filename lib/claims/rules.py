"""When a printed conclusion holds: rules over records, evaluated seed by seed.

A dotted id stands for the values of that record, one a seed; records of several seeds
are compared pairwise.

====================================  =======================================================
``greater(a, b)``                     a is greater than b
``greater(a, b, margin)``             a is greater than b by at least `margin`
``below(a, b)``, ``at_least(a, b)``   a < b, and a >= b
``same(a, b)``                        equal numbers
``positive(a)``, ``negative(a)``      the sign of a
``all(rule, ...)``                    every rule holds
``most(rule, ...)``                   more than half of the rules hold
``mean(a, b, ...)``                   the mean of two or more numbers
``ratio(a, b)``                       a divided by b
``difference(a, b)``                  a minus b
``printed(id)``                       the printed number of a claim, in its record's unit; of
                                      several where the id holds ``*``
``lower_end(numbers)``                lower end of their 95 % prediction interval
====================================  =======================================================
"""

from collections.abc import Callable, Iterator, Mapping
from inspect import signature

import numpy as np

from lib.claims.language import Call
from lib.methods.intervals import prediction_interval

Values = Mapping[str, np.ndarray]


# Differences of decimal fractions, such as 0.84 - 0.74, miss their decimal value by this much.
SLACK = 1e-12


def _greater(first, second, margin=None):
    return first > second if margin is None else first - second >= margin - SLACK


def _all(rule, *others):
    return np.logical_and.reduce(np.broadcast_arrays(rule, *others))


def _most(rule, *others):
    return np.mean(np.broadcast_arrays(rule, *others), axis=0) > 0.5


def _mean(first, second, *others):
    return np.mean(np.broadcast_arrays(first, second, *others), axis=0)


FUNCTIONS: dict[str, Callable] = {
    "greater": _greater,
    "below": lambda first, second: first < second,
    "at_least": lambda first, second: first >= second,
    "same": lambda first, second: first == second,
    "positive": lambda value: value > 0,
    "negative": lambda value: value < 0,
    "all": _all,
    "most": _most,
    "mean": _mean,
    "ratio": lambda first, second: first / second,
    "difference": lambda first, second: first - second,
    "lower_end": lambda numbers: prediction_interval(numbers).low,
}
COMPARING = ("greater", "below", "at_least", "same")
JOINING = ("all", "most")
NUMBERS = ("mean", "ratio", "difference", "printed", "lower_end")
NAMES = frozenset(FUNCTIONS) | {"printed"}


def validate(rule: Call) -> None:
    """Refuse a rule that cannot be evaluated, or that no record can decide."""
    _require_truth(rule)
    if not record_ids(rule) and not printed_ids(rule):
        raise ValueError("the rule names neither a record nor a printed number")


def _require_truth(argument: "Call | float | str") -> None:
    if not isinstance(argument, Call):
        raise TypeError(f"{argument!r} is no rule, such as greater(a.b, a.c)")
    if argument.name not in NAMES:
        raise ValueError(f"there is no function {argument.name!r}")
    if argument.name in NUMBERS:
        raise TypeError(f"{argument.name}() is a number, and no rule")
    signature(FUNCTIONS[argument.name]).bind(*argument.arguments)
    for each in argument.arguments:
        if argument.name in JOINING:
            _require_truth(each)
        else:
            _require_number(each)


def _require_number(argument: "Call | float | str", several: bool = False) -> None:
    """Refuse what is not one number for each seed, or if wanted not several printed ones."""
    if isinstance(argument, Call) and argument.name == "printed":
        signature(lambda id: id).bind(*argument.arguments)
        id = argument.arguments[0]
        if not isinstance(id, str) or several != ("*" in id):
            raise TypeError(f"printed({id}) does not name {'several claims' if several else 'one'}")
    elif isinstance(argument, Call) and argument.name in NUMBERS and not several:
        signature(FUNCTIONS[argument.name]).bind(*argument.arguments)
        for each in argument.arguments:
            _require_number(each, several=argument.name == "lower_end")
    elif several or isinstance(argument, Call):
        raise TypeError(f"{_words(argument)} is not {'printed(...)' if several else 'a number'}")
    elif isinstance(argument, str) and ("." not in argument or "*" in argument):
        raise TypeError(f"{argument!r} is not the id of one record")


def _words(argument: "Call | float | str") -> str:
    return f"{argument.name}(...)" if isinstance(argument, Call) else repr(argument)


def printed_ids(rule: Call | None) -> list[str]:
    """Return the ids of the claims whose printed numbers a rule uses."""
    return [argument for call in _calls(rule) if call.name == "printed" for argument in call.ids()]


def record_ids(rule: Call | None) -> list[str]:
    """Return the ids of the records that a rule needs."""
    names = [
        argument
        for call in _calls(rule)
        if call.name != "printed"
        for argument in call.arguments
        if isinstance(argument, str)
    ]
    return list(dict.fromkeys(names))


def _calls(rule: Call | None) -> Iterator[Call]:
    if rule is not None:
        yield rule
        for argument in rule.arguments:
            if isinstance(argument, Call):
                yield from _calls(argument)


def comparisons(rule: Call) -> Iterator[Call]:
    """Yield each comparison of two records in a rule, such as ``greater(a, b)``."""
    for call in _calls(rule):
        if call.name in COMPARING and all(isinstance(each, str) for each in call.arguments[:2]):
            yield call


def evaluate(rule: "Call | float | str", values: Values, printed: Callable[[str], np.ndarray]):
    """Return for each seed whether a rule holds."""
    if isinstance(rule, str):
        return values[rule]
    if not isinstance(rule, Call):
        return rule
    if rule.name == "printed":
        return printed(rule.arguments[0])
    arguments = [evaluate(argument, values, printed) for argument in rule.arguments]
    return FUNCTIONS[rule.name](*arguments)
