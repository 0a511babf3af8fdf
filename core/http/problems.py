"""Errors as RFC 9457 problem details: the one place where the domain's words meet HTTP's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from core import errors
from core.container import current_child
from core.database.errors import DRIVER_ERRORS, translate

MEDIA_TYPE: Final = "application/problem+json"

_STATUSES: Final[tuple[tuple[type[errors.InternaError], int, str], ...]] = (
    (errors.Invalid, 400, "Bad Request"),
    (errors.Unauthenticated, 401, "Unauthorized"),
    (errors.PaymentRequired, 402, "Payment Required"),
    (errors.Denied, 403, "Forbidden"),
    (errors.NotFound, 404, "Not Found"),
    (errors.Conflict, 409, "Conflict"),
    (errors.Unprocessable, 422, "Unprocessable Content"),
    (errors.TooMany, 429, "Too Many Requests"),
    (errors.BadUpstream, 502, "Bad Gateway"),
    (errors.Unavailable, 503, "Service Unavailable"),
    (errors.TimedOut, 504, "Gateway Timeout"),
)
_TITLES: Final = {
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    **{status: title for _, status, title in _STATUSES},
}
_log = structlog.get_logger("interna.http")


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one part of the input; `path` is dotted, from the body's or the query's root."""

    path: str
    message: str


# What Litestar and msgspec say of it, in words for who did not write them: a parameter's name, a pattern.
_NO_BODY: Final = FieldError("data", "'data'")
_PLAINER: Final = {r"Expected `str` matching regex '\\S'": "It is blank."}
_DETAILS: Final = {
    404: "There is nothing here.",
    405: "This resource does not know that method.",
    413: "The body is longer than this resource takes.",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457, section 3, with the id to quote to support."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError] = []


def problem_of(error: Exception, *, instance: str, request_id: str) -> tuple[Problem, dict[str, Any], dict[str, str]]:
    """The problem, its further members (an error's facts), and the headers that go with it."""
    if isinstance(error, DRIVER_ERRORS):
        error = translate(error) or error
    about: dict[str, Any] = {"instance": instance, "request_id": request_id}
    if isinstance(error, errors.InternaError):
        status, title = next((status, title) for kind, status, title in _STATUSES if isinstance(error, kind))
        path = getattr(error, "path", None)
        problem = Problem(
            type=f"urn:interna:problem:{_kebab(type(error).__name__)}",
            title=title,
            status=status,
            detail=error.detail,
            errors=[FieldError(path, error.detail)] if path else [],
            **about,
        )
        return problem, error.facts, _headers(error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        problem = Problem(
            type="about:blank",
            title=_TITLES.get(error.status_code, "Bad Request"),
            status=error.status_code,
            detail=_detail(error),
            errors=_field_errors(error),
            **about,
        )
        return problem, {}, dict(error.headers or {})
    _log.error("unhandled error", exc_info=error, request_id=request_id, path=instance)
    internal = Problem(
        type="about:blank",
        title="Internal Server Error",
        status=500,
        detail="Something went wrong on our side; quote the request_id when you report it.",
        **about,
    )
    return internal, {}, {}


def encode(problem: Problem, facts: dict[str, Any]) -> bytes:
    return msgspec.json.encode(members(problem, facts))


def members(problem: Problem, facts: dict[str, Any]) -> dict[str, Any]:
    """The problem's own members, then the facts that extend it; no fact can take a member's place."""
    own: dict[str, Any] = msgspec.to_builtins(problem)
    return own | {name: fact for name, fact in facts.items() if name not in own}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The exception handler of the whole application."""
    problem, facts, headers = problem_of(error, instance=request.scope["path"], request_id=current_child().request_id)
    return Response(encode(problem, facts), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _headers(error: errors.InternaError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers["retry-after"] = str(seconds)
    if isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return headers


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _detail(error: HTTPException) -> str:
    if isinstance(error, ValidationException):
        return "The input does not fit; see `errors`." if error.extra else error.detail
    return _DETAILS.get(error.status_code, error.detail)


def _field_errors(error: HTTPException) -> list[FieldError]:
    if not isinstance(error.extra, list):
        return []
    return [_field_error(each) for each in error.extra]


def _field_error(found: Mapping[str, Any]) -> FieldError:
    path, message = str(found.get("key", "")), str(found.get("message", ""))
    if FieldError(path, message) == _NO_BODY:
        return FieldError("", "The body is missing.")
    if found.get("source") == "header":
        path = path.replace("_", "-").title()
    return FieldError(path, _PLAINER.get(message, message))
