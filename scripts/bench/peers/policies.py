"""pycasbin and Cedar with our policies: each as its documentation shows it first, and as well as we could."""

# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from modules.authorization.domain import MEMBER, Policy, Rule

Facts = Mapping[str, Any]
Question = tuple[str, Facts]
Ask = Callable[[], bool]
Peer = Callable[[Sequence[Policy], Sequence[Question]], list[Ask]]

ACTION: Final = "read"
_SIGNS: Final = {"eq": "==", "ne": "!=", "lte": "<=", "gte": ">="}
_MATCHER: Final = """
[request_definition]
r = role, kind, act, sub, obj
[policy_definition]
p = role, kind, acts, scope, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.role == p.role && r.kind == p.kind && r.act in p.acts \
&& (p.scope == "all" || r.obj.user_id == r.sub.id) && %s
"""


def _casbin(policies: Sequence[Policy], questions: Sequence[Question], *, tuned: bool) -> list[Ask]:
    import casbin
    from casbin.model import FastModel
    from casbin.persist.adapters.string_adapter import StringAdapter

    places = ("obj.", "sub.") if tuned else ("r.obj.", "r.sub.")
    rules = [(policy.rule, _worded(policy.rule.conditions, *places) or "True") for policy in policies]
    lines = "\n".join(
        f"p, {MEMBER}, {rule.resource}, {' '.join(rule.actions)}, {rule.scope}, {said}, {rule.effect}"
        for rule, said in rules
    )
    if tuned:
        texts = {said: said.replace("&&", "and").replace("||", "or") for _, said in rules}
        tests = {said: eval(f"lambda sub, obj: {text}") for said, text in texts.items()}
        model = FastModel([0, 1])
        model.load_model_from_text(_MATCHER % "holds(r.sub, r.obj, p.rule)")
        enforcer = casbin.FastEnforcer(model, StringAdapter(lines), cache_key_order=[0, 1])
        enforcer.add_function("holds", lambda sub, obj, rule: tests[rule](sub, obj))
    else:
        model = casbin.Enforcer.new_model(text=_MATCHER % "eval(p.rule)")
        enforcer = casbin.Enforcer(model, StringAdapter(lines))
    return [
        partial(
            enforcer.enforce,
            MEMBER,
            resource,
            ACTION,
            SimpleNamespace(id=facts["subject.id"]),
            SimpleNamespace(**_attributes(facts)),
        )
        for resource, facts in questions
    ]


def _cedar(policies: Sequence[Policy], questions: Sequence[Question], *, tuned: bool) -> list[Ask]:
    import cedarpy

    text = "\n".join(_in_cedar(policy.rule) for policy in policies)
    given = cedarpy.PolicySet.from_str(text) if tuned else text

    def ask(request: dict[str, str], entities: list[dict[str, Any]]) -> bool:
        return bool(cedarpy.is_authorized(request, given, entities).allowed)

    asks: list[Ask] = []
    for resource, facts in questions:
        subject = facts["subject.id"]
        request = {
            "principal": f'User::"{subject}"',
            "action": f'Action::"{ACTION}"',
            "resource": f'{resource}::"this"',
        }
        role = {"type": "Role", "id": MEMBER}
        entities: list[dict[str, Any]] = [
            {"uid": {"type": "User", "id": subject}, "attrs": {"id": subject}, "parents": [role]},
            {"uid": {"type": resource, "id": "this"}, "attrs": _attributes(facts), "parents": []},
        ]
        asks.append(partial(ask, request, entities))
    return asks


def _in_cedar(rule: Rule) -> str:
    effect = "permit" if rule.effect == "allow" else "forbid"
    actions = ", ".join(f'Action::"{action}"' for action in rule.actions)
    said = _worded(rule.conditions, "resource.", "principal.") or "resource.user_id == principal.id"
    head = f'principal in Role::"{MEMBER}", action in [{actions}], resource is {rule.resource}'
    return f"{effect} ({head}) when {{ {said} }};"


def _worded(said: Mapping[str, Any], resource: str, subject: str) -> str:
    """A condition as both peers write it, but for the names of resource and subject."""
    for word, sign in (("all", " && "), ("any", " || ")):
        if word in said:
            return "(" + sign.join(_worded(part, resource, subject) for part in said[word]) + ")"
    if not said:
        return ""
    names = {"resource": resource, "subject": subject}

    def named(attribute: str) -> str:
        kind, _, name = attribute.partition(".")
        return names[kind] + name

    value = said["value"]
    other = named(value["attribute"]) if isinstance(value, dict) else msgspec.json.encode(value).decode()
    return f"{named(said['attribute'])} {_SIGNS[said['operator']]} {other}"


def _attributes(facts: Facts) -> dict[str, Any]:
    return {name.removeprefix("resource."): value for name, value in facts.items() if name.startswith("resource.")}


PEERS: Final[Mapping[str, tuple[str, Peer]]] = {
    "pycasbin, usual": ("casbin", partial(_casbin, tuned=False)),
    "pycasbin, tuned": ("casbin", partial(_casbin, tuned=True)),
    "cedarpy, usual": ("cedarpy", partial(_cedar, tuned=False)),
    "cedarpy, tuned": ("cedarpy", partial(_cedar, tuned=True)),
}
