"""What conditions may say, where the refusal of others points, and what operators make of null and of the unknown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import psycopg
import pytest

from core.database.visible import Kind
from core.errors import Invalid
from modules.authorization.domain.conditions import ALWAYS, Compare, compiled, dump, parse, residual
from modules.authorization.domain.vocabulary import kinds
from tests.authorization.organization import MEMBER_ID
from tests.client import log_in

OWNER: Final = {"operator": "owner"}
DAY: Final = "2026-03-01T00:00:00Z"
ID: Final = "00000000-0000-4000-8000-00000000000a"
KINDS: Final[dict[str, Kind]] = kinds(
    {"id": "id", "level": "integer", "field": "text", "tools": "texts", "open": "boolean", "created_at": "instant"}
)


def compared(attribute: Any, operator: Any, value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}


def another(attribute: Any) -> dict[str, Any]:
    return {"attribute": attribute}


def nested(depth: int, innermost: Any = OWNER) -> Any:
    condition = innermost
    for _ in range(depth - 1):
        condition = {"not": condition}
    return condition


def in_lists(depth: int) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found]
    return found


# --- what is refused, and where ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"colour": "red"}, ""),
        ({**OWNER, "value": 1}, ""),
        ({**OWNER, "attribute": "resource.id"}, ""),
        ({"operator": "eq"}, ""),
        ({"operator": None}, ""),
        ({"attribute": "resource.level", "operator": "eq"}, ""),
        ({**compared("resource.level", "eq", 1), "note": "x"}, ""),
        ({"all": [OWNER], "any": [OWNER]}, ""),
        ({"not": OWNER, **OWNER}, ""),
        ({"all": []}, ".all"),
        ({"any": []}, ".any"),
        ({"all": OWNER}, ".all"),
        ({"any": "owner"}, ".any"),
        ({"any": None}, ".any"),
        ({"not": {}}, ".not"),
        ({"not": []}, ".not"),
        ({"not": None}, ".not"),
        ({"all": [OWNER, {}]}, ".all[1]"),
        ({"all": [OWNER, {"any": [OWNER, {"not": 5}]}]}, ".all[1].any[1].not"),
        ({"any": [OWNER, compared("resource.colour", "eq", "red")]}, ".any[1].attribute"),
    ],
)
def test_a_condition_of_another_form_is_refused_where_it_stands(condition: dict[str, Any], path: str) -> None:
    assert refused_at(condition) == f"conditions{path}"


@pytest.mark.parametrize(
    ("attribute", "operator", "value", "path"),
    [
        ("resource.colour", "eq", "red", "attribute"),
        ("resource.", "eq", "red", "attribute"),
        ("subject.password", "eq", "x", "attribute"),
        ("tenant.balance", "eq", 1, "attribute"),
        ("level", "eq", 1, "attribute"),
        ("owner", "eq", True, "attribute"),
        ("resource.level\0", "eq", 1, "attribute"),
        (None, "eq", 1, "attribute"),
        (["resource.level"], "eq", 1, "attribute"),
        ("resource.level", "matches", 1, "operator"),
        ("resource.level", "EQ", 1, "operator"),
        ("resource.level", "owner", 1, "operator"),
        ("resource.level", None, 1, "operator"),
        ("resource.level", ["eq"], 1, "operator"),
        ("resource.level", "contains", 1, "operator"),
        ("resource.field", "lt", "x", "operator"),
        ("resource.id", "gt", ID, "operator"),
        ("resource.open", "lte", True, "operator"),
        ("resource.tools", "eq", ["x"], "operator"),
        ("resource.tools", "in", [["x"]], "operator"),
        ("resource.level", "eq", another("resource.colour"), "value.attribute"),
        ("resource.level", "eq", another(None), "value.attribute"),
        ("resource.level", "eq", another("resource.field"), "value"),
        ("resource.level", "in", another("resource.tools"), "value"),
        ("resource.field", "in", another("resource.field"), "value"),
        ("resource.field", "contains", another("resource.field"), "value"),
        ("resource.tools", "contains", another("resource.tools"), "value"),
        ("resource.level", "eq", {}, "value"),
        ("resource.level", "eq", {"attribute": "resource.level", "x": 1}, "value"),
    ],
)
def test_what_cannot_be_compared_is_refused_where_it_stands(
    attribute: Any, operator: Any, value: Any, path: str
) -> None:
    assert refused_at(compared(attribute, operator, value)) == f"conditions.{path}"


NO_VALUES: Final[dict[tuple[str, str], list[Any]]] = {
    ("resource.level", "eq"): ["1", 1.0, float("nan"), float("inf"), True, [1], (1 << 53) + 1, -(10**400)],
    ("resource.level", "lt"): [None, False, [], DAY],
    ("resource.level", "in"): [1, [], [None], [True], [1] * 101, {"x": 1}],
    ("resource.open", "eq"): [0, 1, "true", [True]],
    ("resource.field", "eq"): [1, True, "x" * 501, "nul \0", ["x"]],
    ("resource.field", "in"): ["x", None, ["a", None], ["a", 1], ["nul \0"]],
    ("resource.field", "contains"): [None, 1, ["x"]],
    ("resource.tools", "contains"): [None, 1, ["x"], "x" * 501],
    ("resource.id", "eq"): [1, "", "me", ID.replace("-", ""), "{" + ID[:-2] + "}", "urn:" + ID.replace("-", "")],
    ("resource.id", "ne"): ["0_000000-0000-4000-8000-00000000000a"],
    ("resource.id", "in"): [[ID, "me"]],
    ("resource.created_at", "eq"): ["2026-03-01", "2026-03-01T00:00:00", "2026-02-30T00:00:00Z", "now", 1772323200],
    ("resource.created_at", "lt"): ["10000-01-01T00:00:00Z", None],
    ("resource.created_at", "gt"): ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"],
}


@pytest.mark.parametrize(
    ("attribute", "operator", "value"), [(*said, value) for said, values in NO_VALUES.items() for value in values]
)
def test_a_value_of_another_kind_is_refused_where_it_stands(attribute: str, operator: str, value: Any) -> None:
    assert refused_at(compared(attribute, operator, value)) == "conditions.value"


@pytest.mark.parametrize(
    "condition",
    [
        nested(9),
        nested(1_000),
        nested(100_000),
        nested(9, compared("resource.level", "eq", 1)),
        {"all": [OWNER, {"any": [nested(7)]}]},
        {"any": [OWNER] * 300},
        {"any": [compared("resource.field", "eq", "ب" * 500)] * 4},
    ],
)
def test_what_is_nested_too_deeply_or_too_large_is_refused_as_a_whole(condition: dict[str, Any]) -> None:
    assert refused_at(condition) == "conditions"


@pytest.mark.parametrize("depth", [1, 9, 1_000, 100_000])
def test_lists_in_lists_are_no_value_however_deep(depth: int) -> None:
    assert refused_at(compared("resource.level", "eq", in_lists(depth))) == "conditions.value"
    assert refused_at(compared("resource.field", "in", [in_lists(depth)])) == "conditions.value"


def refused_at(condition: dict[str, Any]) -> str | None:
    with pytest.raises(Invalid) as refusal:
        parse(condition, KINDS)
    return refusal.value.path


@pytest.mark.anyio
@pytest.mark.parametrize("depth", [900, 935, 950, 20_000])
async def test_lists_in_lists_are_a_400_over_http(shared_client: httpx.AsyncClient, depth: int) -> None:
    alice = await log_in(shared_client, "alice@example.com", "alice-in-development")
    deep = "[" * depth + "]" * depth
    wish = {"role_id": MEMBER_ID, "effect": "deny", "resource": "x", "actions": ["y"]}
    condition = f'{{"attribute":"tenant.id","operator":"eq","value":{deep}}}'
    body = f'{json.dumps(wish)[:-1]},"conditions":{condition}}}'
    answer = await alice.request(
        "POST", "/tenants/acme/policies", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400, answer.text


# --- what is taken -----------------------------------------------------------------------------------------------


def test_eight_deep_is_not_too_deep_and_nothing_holds_always() -> None:
    assert dump(parse(nested(8), KINDS)) == nested(8)
    assert parse({}, KINDS) == ALWAYS
    assert dump(ALWAYS) == {}


def test_the_largest_condition_fits_into_its_column_and_the_next_is_refused(shared_owner: psycopg.Connection) -> None:
    def sized(number: int) -> dict[str, Any]:
        instants = [f"2026-03-01T00:00:{second:02}.5Z" for second in range(number)]
        return {"any": [compared("resource.created_at", "in", instants), *[OWNER] * 120]}

    largest = max(number for number in range(1, 61) if is_taken(sized(number)))
    kept = json.dumps(dump(parse(sized(largest), KINDS)))
    row = shared_owner.execute("SELECT length((%s::jsonb)::text)", (kept,)).fetchone()
    assert row is not None
    assert 4096 - 30 < row[0] <= 4096
    assert refused_at(sized(largest + 1)) == "conditions"


def is_taken(condition: dict[str, Any]) -> bool:
    try:
        parse(condition, KINDS)
    except Invalid:
        return False
    return True


def test_ids_and_instants_are_kept_in_one_form() -> None:
    assert dump(parse(compared("resource.id", "eq", ID.upper()), KINDS))["value"] == ID
    kept = dump(parse(compared("resource.created_at", "lt", "2026-03-01T02:00:00+02:00"), KINDS))
    assert kept["value"] == DAY


# --- what operators mean -----------------------------------------------------------------------------------------

LEVEL, FIELD, TOOLS = "resource.level", "resource.field", "resource.tools"
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "found", "verdict"),
    [
        (compared(LEVEL, "eq", 3), 3, True),
        (compared(LEVEL, "eq", 3), 4, False),
        (compared(LEVEL, "eq", 3), None, False),
        (compared(LEVEL, "eq", None), None, True),
        (compared(LEVEL, "eq", None), 0, False),
        (compared(LEVEL, "ne", 3), 4, True),
        (compared(LEVEL, "ne", 3), None, True),
        (compared(LEVEL, "ne", None), None, False),
        (compared(LEVEL, "ne", None), 0, True),
        (compared(LEVEL, "in", [1, 3]), 3, True),
        (compared(LEVEL, "in", [1, 3]), 2, False),
        (compared(LEVEL, "in", [1, 3]), None, False),
        *[(compared(LEVEL, operator, 3), 3, operator in ("lte", "gte")) for operator in ("lt", "lte", "gt", "gte")],
        *[(compared(LEVEL, operator, 3), 2, operator in ("lt", "lte")) for operator in ("lt", "lte", "gt", "gte")],
        *[(compared(LEVEL, operator, 3), None, False) for operator in ("lt", "lte", "gt", "gte")],
        ({"not": compared(LEVEL, "lt", 3)}, None, True),
        (compared(FIELD, "contains", "end"), "backend", True),
        (compared(FIELD, "contains", ""), "", True),
        (compared(FIELD, "contains", "end"), "design", False),
        (compared(FIELD, "contains", "end"), None, False),
        (compared(FIELD, "eq", ""), None, False),
        (compared(TOOLS, "contains", "git"), ("git", "vim"), True),
        (compared(TOOLS, "contains", "gi"), ("git",), False),
        (compared(TOOLS, "contains", "git"), (), False),
        (compared(TOOLS, "contains", "git"), None, False),
        (compared("resource.created_at", "lt", "2026-03-01T15:00:00+02:00"), NOON, True),
        (compared("resource.created_at", "eq", "2026-03-01T14:00:00+02:00"), NOON, True),
        (compared("resource.open", "eq", False), False, True),
        (compared("resource.open", "eq", False), None, False),
    ],
)
def test_null_equals_null_and_nothing_else_and_is_neither_less_nor_more_and_in_nothing(
    condition: dict[str, Any], found: object, verdict: bool
) -> None:
    parsed = parse(condition, KINDS)
    name = condition.get("not", condition)["attribute"]
    assert compiled(parsed)({name: found}) is verdict
    assert compiled(parsed)({}) is None


FACTS: Final[dict[str, tuple[str, str]]] = {
    "eq": ("tenant.max_users", LEVEL),
    "ne": ("tenant.max_users", LEVEL),
    "lt": ("tenant.max_users", LEVEL),
    "lte": ("tenant.max_users", LEVEL),
    "gt": ("tenant.max_users", LEVEL),
    "gte": ("tenant.max_users", LEVEL),
    "in": (FIELD, TOOLS),
    "contains": (TOOLS, FIELD),
}


@pytest.mark.parametrize("operator", FACTS)
def test_of_two_attributes_null_decides_as_soon_as_it_is_known_but_where_null_may_equal_null(operator: str) -> None:
    left, right = FACTS[operator]
    condition = parse(compared(left, operator, another(right)), KINDS)
    test, decided = compiled(condition), None if operator in ("eq", "ne") else False
    assert test({left: None, right: None}) is (operator == "eq")
    for known in (left, right):
        assert test({known: None}) is decided
        assert compiled(residual(condition, {known: None}))({}) is decided
    assert test({}) is None


@pytest.mark.parametrize(
    ("operator", "mirrored"), [("eq", "eq"), ("ne", "ne"), ("lt", "gt"), ("lte", "gte"), ("gt", "lt"), ("gte", "lte")]
)
def test_a_known_left_side_is_worked_into_the_right_one(operator: str, mirrored: Any) -> None:
    condition = parse(compared("tenant.max_users", operator, another(LEVEL)), KINDS)
    assert residual(condition, {"tenant.max_users": 5}) == Compare(LEVEL, mirrored, 5)
