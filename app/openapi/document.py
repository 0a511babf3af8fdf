"""The OpenAPI 3.1 document, made of the application's routes, their contracts, the notes and the story."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Litestar

from app.openapi import notes, story
from app.openapi.note import Answer, Note
from app.openapi.operations import Input, Operation, operations_of
from app.openapi.problems import Known, by_status, example_of, expected, response_of
from app.openapi.schemas import Json, Schemas
from core.http.events import MEDIA_TYPE as EVENTS
from core.http.problems import Problem

_JSON: Final = "application/json"
_PROJECT: Final = Path(__file__).resolve().parents[2] / "pyproject.toml"
_DONE: Final = {200: "Done.", 201: "Made.", 202: "Accepted.", 204: "Done; nothing to show."}
_TENANT: Final = Input(
    name="X-Tenant-ID",
    place="header",
    schema={"type": "string", "minLength": 1},
    required=False,
    description="",
)


def version() -> str:
    """The version in pyproject.toml: the project runs from its root and is installed nowhere."""
    return str(tomllib.loads(_PROJECT.read_text())["project"]["version"])


def document_of(app: Litestar, *, cookie: str) -> Json:
    """The document; `cookie` is the name of the session cookie here.

    What nobody wrote an example or a note for is there without: the tests refuse that, a running server does not.
    """
    return _Writer(operations_of(app)).write(cookie)


class _Writer:
    def __init__(self, operations: list[Operation]) -> None:
        self._operations = operations
        self._notes = notes.notes()
        self._examples = story.examples()
        self._problems: dict[str, Json] = {}
        bodies = [operation.body for operation in operations if operation.body is not None]
        answers = [answer.kind for operation in operations for answer in self._answers(operation) if answer.kind]
        self._schemas = Schemas([*bodies, *answers, Problem])

    def write(self, cookie: str) -> Json:
        paths: Json = {}
        for operation in self._operations:
            paths.setdefault(operation.path, {})[operation.method.lower()] = self._operation(operation)
        used = {operation.tag: "" for operation in self._operations}
        tags = {**used, **notes.TAGS} if used.keys() - notes.TAGS.keys() else notes.TAGS
        return {
            "openapi": "3.1.0",
            "info": {"title": "Interna", "version": version(), "description": notes.ABOUT},
            "servers": [{"url": "/", "description": "Here"}],
            "tags": [{"name": name, "description": about} for name, about in tags.items() if name in used],
            "paths": paths,
            "components": {
                "schemas": self._schemas.components,
                "examples": dict(sorted(self._problems.items())),
                "securitySchemes": _security(cookie),
            },
        }

    def _operation(self, operation: Operation) -> Json:
        note = self._note(operation)
        written: Json = {
            "operationId": operation.id,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": " ".join(filter(None, (note.description or operation.description, _needs(operation)))),
            "security": _proofs(operation),
        }
        if inputs := [*operation.inputs, *([] if operation.open or operation.operators else [_TENANT])]:
            written["parameters"] = [_parameter(found) for found in inputs]
        if operation.body is not None:
            written["requestBody"] = {"required": True, "content": _wishes(self._content(operation.body))}
        known = by_status(expected(operation, note.problems), operation.path)
        responses = self._responses(self._answers(operation))
        for status, found in known.items():
            self._remember((problem for problem, _ in found.values()), operation.path)
            responses[str(status)] = response_of(found)
        written["responses"] = dict(sorted(responses.items()))
        return written

    def _responses(self, answers: Iterable[Answer]) -> Json:
        return {str(answer.status): self._response(answer) for answer in answers}

    def _response(self, answer: Answer) -> Json:
        written: Json = {"description": answer.description}
        if answer.headers:
            written["headers"] = {
                name: {"description": description, "schema": {"type": "string"}}
                for name, description in answer.headers.items()
            }
        if answer.kind is not None:
            written["content"] = self._content(answer.kind, answer.example)
        if answer.events:
            written.setdefault("content", {})[EVENTS] = {"schema": {"type": "string"}, "example": answer.events}
        if answer.table:
            written["content"]["text/csv"] = {"schema": {"type": "string"}, "example": answer.table}
        return written

    def _content(self, kind: Any, example: Any = None) -> Json:
        value = story.example_of(kind, self._examples) if example is None else example
        written = {"schema": self._schemas.of(kind)}
        return {_JSON: written if value is None else written | {"example": _plain(value)}}

    def _answers(self, operation: Operation) -> tuple[Answer, ...]:
        found = self._note(operation).answers
        if found:
            return found
        kind = operation.answers[0] if operation.answers else None
        return (Answer(status=operation.status, kind=kind, description=_DONE.get(operation.status, "Done.")),)

    def _note(self, operation: Operation) -> Note:
        return self._notes.get(operation.id, Note())

    def _remember(self, problems: Iterable[Known], path: str) -> None:
        """An example is shared by every operation that may give it; its `instance` is the first one's."""
        for known in problems:
            if known.name not in self._problems:
                value, _ = example_of(known, _filled(path))
                self._problems[known.name] = {"summary": known.meaning, "value": value}


def _parameter(found: Input) -> Json:
    meaning, example = notes.PARAMETERS.get(found.name, ("", None))
    written = {
        "name": found.name,
        "in": found.place,
        "description": found.description or meaning,
        "required": found.required,
        "schema": found.schema,
    }
    return written if example is None else written | {"example": example}


def _needs(operation: Operation) -> str:
    if operation.open:
        return "Open to everybody."
    if operation.operators:
        return "Needs an operator's log-in."
    if not operation.guarded:
        return "Needs a log-in."
    return f"Needs the right to {operation.demands}."


def _proofs(operation: Operation) -> list[Json]:
    if operation.open:
        return []
    return [{"bearer": []}] if operation.operators else [{"bearer": []}, {"cookie": []}]


def _security(cookie: str) -> Json:
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that signing up and logging in answer.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "The same token; unsafe requests must come from this site.",
        },
    }


def _wishes(content: Json) -> Json:
    """A request's example without the fields that nobody would send."""
    if (example := content[_JSON].get("example")) is not None:
        content[_JSON]["example"] = {name: value for name, value in example.items() if value is not None}
    return content


def _filled(path: str) -> str:
    for name, (_, example) in notes.PARAMETERS.items():
        path = path.replace(f"{{{name}}}", str(example))
    return path


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
