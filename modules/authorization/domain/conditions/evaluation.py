"""What follows from what is known: whether a condition holds, and what is left of it."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

from modules.authorization.domain.conditions.tree import (
    ALWAYS,
    NEVER,
    Attribute,
    Compare,
    Condition,
    Every,
    Facts,
    Not,
    Operator,
    Owner,
    Some,
    Test,
)

_MISSING: Final = object()
_OF_VALUES: Final[dict[Operator, Callable[[Any, Any], Any]]] = {
    "in": lambda found, value: found in value,
    "contains": lambda found, value: value in found,
    "lt": operators.lt,
    "lte": operators.le,
    "gt": operators.gt,
    "gte": operators.ge,
}
_MIRRORED: Final[dict[Operator, Operator]] = {
    "eq": "eq",
    "ne": "ne",
    "lt": "gt",
    "lte": "gte",
    "gt": "lt",
    "gte": "lte",
    "in": "contains",
    "contains": "in",
}


def compiled(condition: Condition) -> Test:
    """A function of the facts that says whether the condition holds; None where they do not tell."""
    match condition:
        case Every(parts):
            return _all_of(tuple(compiled(part) for part in parts))
        case Some(parts):
            return _any_of(tuple(compiled(part) for part in parts))
        case Not(part):
            return _negated(compiled(part))
        case Owner():
            return lambda facts: facts.get("owner")
        case Compare(attribute, operator, Attribute(other)):
            return _two_attributes(attribute, operator, other)
        case Compare(attribute, operator, value):
            return _one_attribute(attribute, operator, value)


def _all_of(tests: tuple[Test, ...]) -> Test:
    def test(facts: Facts) -> bool | None:
        verdict: bool | None = True
        for part in tests:
            held = part(facts)
            if held is False:
                return False
            if held is None:
                verdict = None
        return verdict

    return test


def _any_of(tests: tuple[Test, ...]) -> Test:
    def test(facts: Facts) -> bool | None:
        verdict: bool | None = False
        for part in tests:
            held = part(facts)
            if held is True:
                return True
            if held is None:
                verdict = None
        return verdict

    return test


def _negated(part: Test) -> Test:
    def test(facts: Facts) -> bool | None:
        held = part(facts)
        return None if held is None else not held

    return test


def compare(operator: Operator, found: Any, value: Any) -> bool:  # both of the kinds that were checked when it was read
    """What an operator says of two values that are known."""
    if operator == "eq":
        return bool(found == value)
    if operator == "ne":
        return bool(found != value)
    return found is not None and value is not None and bool(_OF_VALUES[operator](found, value))


def _one_attribute(attribute: str, operator: Operator, value: Any) -> Test:
    if operator == "eq":

        def equal(facts: Facts) -> bool | None:
            found = facts.get(attribute, _MISSING)
            return None if found is _MISSING else found == value

        return equal

    if operator == "ne":
        return _negated(_one_attribute(attribute, "eq", value))
    says = _OF_VALUES[operator]

    def test(facts: Facts) -> bool | None:
        found = facts.get(attribute, _MISSING)
        if found is None or value is None:
            return False
        return None if found is _MISSING else bool(says(found, value))

    return test


def _two_attributes(attribute: str, operator: Operator, other: str) -> Test:
    def test(facts: Facts) -> bool | None:
        found, value = facts.get(attribute, _MISSING), facts.get(other, _MISSING)
        if found is not _MISSING and value is not _MISSING:
            return compare(operator, found, value)
        return False if operator in _OF_VALUES and (found is None or value is None) else None

    return test


def residual(condition: Condition, facts: Facts) -> Condition:
    """What is left of a condition once these facts are known: `ALWAYS`, `NEVER`, or something that needs more."""
    match condition:
        case Every(parts):
            return every(residual(part, facts) for part in parts)
        case Some(parts):
            return some(residual(part, facts) for part in parts)
        case Not(part):
            return negation(residual(part, facts))
        case Owner():
            return condition if "owner" not in facts else _verdict(facts["owner"])
        case Compare():
            return _compared(condition, facts)


def every(parts: Iterable[Condition]) -> Condition:
    """All of them, each once; what stands inside another `Every` stands beside the rest."""
    kept = _flat(Every, parts)
    if NEVER in kept:
        return NEVER
    return kept[0] if len(kept) == 1 else Every(kept)


def some(parts: Iterable[Condition]) -> Condition:
    kept = _flat(Some, parts)
    if ALWAYS in kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else Some(kept)


def _flat(kind: type[Every] | type[Some], parts: Iterable[Condition]) -> tuple[Condition, ...]:
    inner = (part.parts if isinstance(part, kind) else (part,) for part in parts)
    return tuple(dict.fromkeys(chain.from_iterable(inner)))


def negation(part: Condition) -> Condition:
    if part in (ALWAYS, NEVER):
        return NEVER if part == ALWAYS else ALWAYS
    return part.part if isinstance(part, Not) else Not(part)


def _verdict(holds: bool) -> Condition:
    return ALWAYS if holds else NEVER


def _compared(condition: Compare, facts: Facts) -> Condition:
    found = facts.get(condition.attribute, _MISSING)
    value = condition.value
    if isinstance(value, Attribute):
        value = facts.get(value.name, value)
    if found is _MISSING:
        if value is None and condition.operator in _OF_VALUES:
            return NEVER
        return condition if value is condition.value else Compare(condition.attribute, condition.operator, value)
    if not isinstance(value, Attribute):
        return _verdict(compare(condition.operator, found, value))
    if found is None and condition.operator in _OF_VALUES:
        return NEVER
    return Compare(value.name, _MIRRORED[condition.operator], found)
