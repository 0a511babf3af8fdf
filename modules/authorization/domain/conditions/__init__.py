"""Conditions of policies: what they may compare, and what follows from what is known.

A condition is JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`, `{"operator": "owner"}`, or a comparison
`{"attribute": "resource.level", "operator": "lte", "value": 3}`, whose value may be `{"attribute": "..."}` too. `{}`
always holds. Attributes are a closed set, each of one kind, so that a condition means the same in Python, in SQL and in
the database's own `authz.holds`: null equals null and nothing else, and is neither less nor more, and in nothing.

Facts are what is known, by attribute: ids as text, instants as `datetime`. Where they do not tell, a condition neither
holds nor fails: it is None, and whoever asks decides what that means.
"""

from modules.authorization.domain.conditions.evaluation import compiled, every, negation, residual, some
from modules.authorization.domain.conditions.reading import dump, parse, read_value, written_size
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
    attributes,
    told,
)

__all__ = [
    "ALWAYS",
    "NEVER",
    "Attribute",
    "Compare",
    "Condition",
    "Every",
    "Facts",
    "Not",
    "Operator",
    "Owner",
    "Some",
    "Test",
    "attributes",
    "compiled",
    "dump",
    "every",
    "negation",
    "parse",
    "read_value",
    "residual",
    "some",
    "told",
    "written_size",
]
