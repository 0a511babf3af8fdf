"""The OpenAPI document says what the application does, and its examples are true."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from app.asgi import Registered, create_app
from app.openapi import notes, story
from app.openapi.document import version
from app.openapi.operations import Operation, operations_of
from app.routes import routes_of
from tests.app.json_schema import Json, complaints, resolved

pytestmark = pytest.mark.anyio

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def described(registered: Registered) -> Litestar:
    """The application without a database: describing it needs none."""
    return create_app(registered.parent, registered)


@pytest.fixture(scope="module")
async def reader(described: Litestar, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=described, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's ASGI is narrower
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        yield client


@pytest.fixture
async def document(reader: httpx.AsyncClient) -> Json:
    return await fetched(reader)


async def fetched(client: httpx.AsyncClient) -> Json:
    answer = await client.get("/schema/openapi.json")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def nodes(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


async def test_the_document_is_openapi_3_1_of_this_version(document: Json) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] == "Interna"
    assert document["info"]["version"] == version()
    assert document["servers"][0]["url"] == "/"


async def test_every_object_of_the_document_has_the_members_that_openapi_asks_for(document: Json) -> None:
    members = {"operationId", "tags", "summary", "description", "security", "parameters", "requestBody", "responses"}
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation.keys() <= members, where
        assert operation["responses"], where
        for found in operation.get("parameters", ()):
            assert found.keys() == {"name", "in", "description", "required", "schema", "example"}, (where, found)
            assert found["required"] or found["in"] != "path", where
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[2-5]\d\d", status), where
            assert response["description"], (where, status)
            assert response.keys() <= {"description", "headers", "content"}, (where, status)


async def test_every_reference_leads_somewhere_and_every_component_is_referred_to(document: Json) -> None:
    used = {node["$ref"] for node in nodes(document) if "$ref" in node}
    for reference in used:
        assert resolved(document, reference)
    for kind in ("schemas", "examples"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in used


async def test_the_document_has_every_route_and_nothing_else(described: Litestar, document: Json) -> None:
    routes = {(route.method, route.path) for route in routes_of(described) if not route.path.startswith("/schema")}
    assert {(method, path) for method, path, _ in operations(document)} == routes


async def test_every_operation_has_a_name_of_its_own_a_summary_and_a_described_tag(document: Json) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for _, path, operation in operations(document):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"]), path
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= described, path


async def test_every_parameter_is_described_and_its_example_fits(document: Json) -> None:
    for method, path, operation in operations(document):
        given = operation.get("parameters", ())
        keys = [(found["in"], found["name"]) for found in given]
        assert len(keys) == len(set(keys)), path
        assert {name for place, name in keys if place == "path"} == set(re.findall(r"{(\w+)}", path))
        for found in given:
            assert found["description"], (method, path, found["name"])
            assert not list(complaints(document, found["schema"], found["example"])), (path, found["name"])


async def test_every_body_and_every_answer_has_an_example_that_fits_its_schema(document: Json) -> None:
    for method, path, operation in operations(document):
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [response["content"] for response in operation["responses"].values() if "content" in response]
        for content in contents:
            for media_type, found in content.items():
                where = (method, path, media_type)
                named = [resolved(document, example["$ref"])["value"] for example in found.get("examples", {}).values()]
                examples = [found["example"]] if "example" in found else named
                assert examples, where
                for example in examples:
                    assert not list(complaints(document, found["schema"], example)), where


async def test_the_example_of_a_body_is_one_that_the_route_decodes(described: Litestar, document: Json) -> None:
    bodies = [operation for operation in operations_of(described) if operation.body is not None]
    assert bodies
    for operation in bodies:
        content = document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
        msgspec.json.decode(msgspec.json.encode(content["application/json"]["example"]), type=operation.body)


async def test_every_type_that_a_route_can_answer_is_documented(described: Litestar, document: Json) -> None:
    for operation in operations_of(described):
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        media = {media_type for response in responses.values() for media_type in response.get("content", {})}
        assert ("text/event-stream" in media) == operation.streams, operation.path
        documented = {
            content["schema"]["$ref"].rpartition("/")[2]
            for response in responses.values()
            for media_type, content in response.get("content", {}).items()
            if media_type == "application/json"
        }
        assert documented == {name_of(kind) for kind in operation.answers}, operation.path


def name_of(kind: Any) -> str:
    arguments = getattr(kind, "__args__", ())
    return f"{arguments[0].__name__}Page" if arguments else str(kind.__name__)


async def test_the_document_asks_for_credentials_exactly_where_the_server_does(
    reader: httpx.AsyncClient, document: Json
) -> None:
    assert document["components"]["securitySchemes"]["cookie"]["name"] == "interna_session"
    for method, path, operation in operations(document):
        options = asked(operation | {"security": []}, token="")
        answer = await reader.request(method, filled(path, operation), **options)
        closed = answer.status_code == 401 and "www-authenticate" in answer.headers
        for_users = closed and "operators" not in operation["tags"]
        proofs = ["bearer"] * closed + ["cookie"] * for_users
        assert operation["security"] == [{proof: []} for proof in proofs], path
        assert ("X-Tenant-ID" in [found["name"] for found in operation.get("parameters", ())]) == for_users
        assert ("401" in operation["responses"]) or not closed


async def test_the_problems_of_an_operation_follow_from_what_it_is(described: Litestar, document: Json) -> None:
    for operation in operations_of(described):
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        problems = {int(status) for status, response in responses.items() if PROBLEM in response.get("content", {})}
        assert problems >= wanted(operation), operation.path


def wanted(operation: Operation) -> set[int]:
    found = set() if operation.open else {401, 503}
    if not (operation.open or operation.operators):
        found |= {400, 404}
        if operation.guarded or not operation.safe:
            found |= {403}
    if operation.body is not None:
        found |= {400, 413, 415, 503}
    if operation.takes("Idempotency-Key"):
        found |= {409, 422} if operation.operators else {402, 409, 422}
    return found


async def test_ordering_a_simulation_is_documented_with_both_answers_and_where_it_is(document: Json) -> None:
    responses = document["paths"]["/api/v1/simulations"]["post"]["responses"]
    assert set(responses) == set("201 202 400 401 402 403 404 409 413 415 422 502 503 504".split())
    for status in ("201", "202"):
        assert "Location" in responses[status]["headers"]
    for status in ("409", "503"):
        assert "Retry-After" in responses[status]["headers"]


async def test_names_are_those_of_the_contracts_and_nothing_internal_leaks(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name)
        assert schema["title"] == name
    text = msgspec.json.encode(document).decode()
    for inner in ("modules.", "core.", "system_prompt", "password_hash", "caller"):
        assert inner not in text


async def test_a_body_refuses_unknown_fields_in_the_document_as_it_does_in_the_server(document: Json) -> None:
    for _, path, operation in operations(document):
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            assert list(complaints(document, content["schema"], content["example"] | {"colour": "red"})), path


async def test_the_example_of_a_stream_is_numbered_events_from_start_to_done(document: Json) -> None:
    streams = [node["text/event-stream"]["example"] for node in nodes(document) if "text/event-stream" in node]
    assert streams
    for stream in streams:
        events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in stream.split("\n\n")[:-1]]
        ids = [int(event["id"]) for event in events]
        assert ids == sorted(set(ids))
        names = [event["event"] for event in events]
        assert names in (["start", *["token"] * (len(events) - 2), "done"], [*["progress"] * (len(events) - 1), "done"])
        assert all(isinstance(msgspec.json.decode(event["data"]), dict) for event in events)


async def test_no_note_is_about_something_that_is_gone(described: Litestar, document: Json) -> None:
    found = operations_of(described)
    assert notes.notes().keys() <= {operation.id for operation in found}
    assert notes.TAGS.keys() == {operation.tag for operation in found}
    taken = {parameter["name"] for _, _, each in operations(document) for parameter in each.get("parameters", ())}
    assert notes.PARAMETERS.keys() == taken


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("UnknownField", {"json": {"colour": "red"}}),
        ("NotJson", {"content": "email=bob", "headers": {"content-type": "text/plain"}}),
        ("TooLarge", {"content": b" " * (1 << 21), "headers": {"content-type": "application/json"}}),
    ],
)
async def test_the_example_of_a_problem_is_what_the_server_answers(
    reader: httpx.AsyncClient, document: Json, name: str, request_: dict[str, Any]
) -> None:
    answer = await reader.post("/api/v1/auth/login", **request_)
    example = document["components"]["examples"][name]["value"]
    assert answer.headers["content-type"] == PROBLEM
    assert without_place(answer.json()) == without_place(example)


def without_place(problem: Json) -> Json:
    return {name: value for name, value in problem.items() if name not in ("instance", "request_id")}


MADE_UP = {
    "agents_cancel",
    "agents_events",
    "agents_show_request",
    "agents_show_session",
    "auth_confirm_address",
    "auth_reset_password",
    "auth_restore",
    "auth_revoke",
    "auth_leave",
    "auth_come_back",
    "billing_checkout",
    "billing_portal",
    "billing_report",
    "billing_stripe",
    "billing_subscription",
    "catalogue_client_messages",
    "interviews_abandon",
    "interviews_answer",
    "interviews_assess",
    "interviews_show",
    "operators_refund_credits",
    "reviews_show",
    "users_put_picture",
    "users_show_picture",
    "users_show_user",
    "tenants_accept",
    "tenants_change_role",
    "tenants_remove",
    "tenants_remove_role",
    "tenants_show_invitation",
    "tenants_withdraw",
}
"""Their examples name a mailed token, a session, a review, an interview or a provider that never was, what nobody
may take away, or what only an admin may ask: they are refused, as documented."""


async def test_every_documented_request_is_answered_as_documented(client: httpx.AsyncClient, worker: None) -> None:
    document = await fetched(client)
    token, operators_token = "", ""
    for method, path, operation in in_the_order_of_a_day(document):
        if operation["operationId"] == "users_remove":
            again = {"email": "bob@example.com", "password": story.NEW_PASSWORD}
            token = (await client.post("/api/v1/auth/login", json=again)).json()["token"]
        proof = token if {"cookie": []} in operation["security"] else operators_token
        answer = await client.request(method, filled(path, operation), **asked(operation, proof))
        response = operation["responses"].get(str(answer.status_code))
        assert response is not None, (method, path, answer.text)
        assert answer.is_success == (operation["operationId"] not in MADE_UP), (method, path, answer.text)
        assert not {name.lower() for name in response.get("headers", {})} - set(answer.headers), (method, path)
        if "application/json" in response.get("content", {}):
            schema = response["content"]["application/json"]["schema"]
            assert not list(complaints(document, schema, answer.json())), (method, path)
        if operation["operationId"] == "auth_log_in":
            token = answer.json()["token"]
        if operation["operationId"] == "operators_log_in":
            operators_token = answer.json()["token"]
        client.cookies.clear()


def in_the_order_of_a_day(document: Json) -> list[tuple[str, str, Json]]:
    """Sign up and log in; say something; read, write, delete; log out, and leave for good."""
    methods = ("GET", "POST", "PATCH", "PUT", "DELETE")
    day = (
        "auth_sign_up",
        "auth_log_in",
        "operators_log_in",
        "simulations_say",
        "",
        "operators_log_out",
        "auth_log_out",
        "users_remove",
    )

    def place(each: tuple[str, str, Json]) -> tuple[int, int]:
        name = each[2]["operationId"]
        return (day.index(name if name in day else ""), methods.index(each[0]))

    return sorted(operations(document), key=place)


def filled(path: str, operation: Json) -> str:
    for found in operation.get("parameters", ()):
        path = path.replace(f"{{{found['name']}}}", str(found["example"]))
    return path


def asked(operation: Json, token: str) -> dict[str, Any]:
    given = operation.get("parameters", ())
    headers = {found["name"]: str(found["example"]) for found in given if found["in"] == "header"}
    if operation["security"]:
        headers["authorization"] = f"Bearer {token}"
    # A made-up cursor is refused, as it should be; the rest must be accepted.
    query = {found["name"]: found["example"] for found in given if found["in"] == "query" and found["name"] != "cursor"}
    options: dict[str, Any] = {"headers": headers, "params": query}
    if "requestBody" in operation:
        options["json"] = operation["requestBody"]["content"]["application/json"]["example"]
    return options
