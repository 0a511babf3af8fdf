"""Which problems an operation can give. Almost all of them follow from what it is; `notes` adds its own.

The examples are made by the code that answers real errors, so a title, a type or a header cannot drift from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

import msgspec
from litestar.exceptions import HTTPException, ValidationException

from app.openapi.operations import Operation
from app.openapi.schemas import Json
from core.database.errors import DatabaseUnavailable
from core.errors import InternaError, Invalid, NotFound, Unauthenticated
from core.http.caller import CrossSite
from core.http.idempotency import OtherBody, StillRunning
from core.http.problems import MEDIA_TYPE, members, problem_of
from modules.authorization.domain import NotAllowed
from modules.billing import InsufficientCredits

REQUEST_ID: Final = "5f0c9a7be24d13886bd0a2c1"
_HEADERS: Final = {
    "retry-after": ("Retry-After", {"type": "integer"}, "Seconds to wait before the next try."),
    "www-authenticate": ("WWW-Authenticate", {"type": "string"}, "How to authenticate: `Bearer`."),
}


class Known(msgspec.Struct, frozen=True):
    """A problem that can happen: its name in the document, what it means, and the error that stands for it."""

    name: str
    meaning: str
    error: Exception


def expected(operation: Operation, extra: Iterable[InternaError | Known]) -> list[Known]:
    """Every problem that the operation is known to give, by status; `extra` are those it has on its own."""
    own = (problem if isinstance(problem, Known) else of_error(problem) for problem in extra)
    found = {known.name: known for known in (*own, *_derived(operation))}
    return sorted(found.values(), key=lambda known: example_of(known, operation.path)[0]["status"])


def of_error(error: InternaError) -> Known:
    meaning = (type(error).__doc__ or "").strip().splitlines()[0]
    return Known(type(error).__name__, meaning, error)


def example_of(known: Known, path: str) -> tuple[Json, dict[str, str]]:
    """The problem as a client gets it, and its headers."""
    problem, facts, headers = problem_of(known.error, instance=path, request_id=REQUEST_ID)
    body: Json = msgspec.json.decode(msgspec.json.encode(members(problem, facts)))
    return body, headers


def response_of(examples: dict[str, tuple[Known, dict[str, str]]]) -> Json:
    """The response object of one status, which several problems may share."""
    headers = {name for _, given in examples.values() for name in given}
    response: Json = {"description": "  \n".join(known.meaning for known, _ in examples.values())}
    if headers:
        response["headers"] = {
            title: {"description": description, "schema": schema}
            for name, (title, schema, description) in _HEADERS.items()
            if name in headers
        }
    response["content"] = {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in examples},
        }
    }
    return response


def _derived(operation: Operation) -> Iterator[Known]:
    if operation.body is not None:
        yield from _of_a_body()
    yield from _of_parameters(operation)
    if not operation.open:
        yield from _of_a_closed_door(operation)
    if operation.takes("Idempotency-Key"):
        if not operation.operators:
            yield of_error(InsufficientCredits("This costs 3 credits; 2 are left.", price=3, available=2))
        yield of_error(StillRunning())
        yield of_error(OtherBody())
    if not operation.open or operation.body is not None:
        yield of_error(DatabaseUnavailable())


def _of_a_body() -> Iterator[Known]:
    message = "Object contains unknown field `colour`"
    yield Known(
        "UnknownField",
        "The body does not fit its schema; `errors` says where.",
        ValidationException(extra=[{"key": "colour", "message": message}]),
    )
    yield Known(
        "TooLarge",
        "The body is longer than 1 MiB.",
        HTTPException(status_code=413, detail=HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase),
    )
    yield Known(
        "NotJson",
        "The body must be `application/json`.",
        HTTPException(status_code=415, detail="The body must be application/json."),
    )


def _of_parameters(operation: Operation) -> Iterator[Known]:
    if operation.takes("limit"):
        yield Known(
            "OutOfBounds",
            "A parameter does not fit; `errors` says which.",
            ValidationException(extra=[{"key": "limit", "message": "Expected `int` >= 1"}]),
        )
    if operation.takes("cursor"):
        yield Known(
            "ForeignCursor",
            "The cursor is not one of this list.",
            Invalid("The cursor is not one of this list.", path="cursor"),
        )
    if any(found.place == "path" for found in operation.inputs):
        yield of_error(NotFound())


def _of_a_closed_door(operation: Operation) -> Iterator[Known]:
    yield Known(
        "Unauthenticated",
        "There is no session, or it has ended.",
        Unauthenticated("The session is unknown, ended or expired; log in again."),
    )
    if operation.operators:
        return
    yield Known(
        "BadTenantHeader",
        "X-Tenant-ID is there, but empty.",
        Invalid("X-Tenant-ID must be a tenant's id or slug.", path="X-Tenant-ID"),
    )
    yield Known("NoSuchTenant", "You belong to no such tenant.", NotFound("There is no such tenant."))
    if operation.guarded:
        yield of_error(NotAllowed())
    if not operation.safe:
        yield of_error(CrossSite())


def by_status(found: Iterable[Known], path: str) -> dict[int, dict[str, tuple[Known, dict[str, str]]]]:
    """The problems of each status, each with the headers that come with it."""
    statuses: dict[int, dict[str, tuple[Known, dict[str, str]]]] = {}
    for known in found:
        body, headers = example_of(known, path)
        statuses.setdefault(body["status"], {})[known.name] = (known, headers)
    return statuses
