"""What the application's handlers say about themselves, read from their signatures, guards and options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from litestar.utils.helpers import unwrap_partial

from app.openapi.schemas import Json, schema_of, without_absence
from app.routes import routes_of
from core.http.authority import is_for_operators, is_open
from core.http.events import EventStream

_CONSTRAINTS: Final = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter, without what only people can say about it."""

    name: str
    place: str
    schema: Json
    required: bool
    description: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    demands: str
    """In words: nothing, a log-in, an operator, or the rights."""
    open: bool
    operators: bool
    guarded: bool
    status: int
    inputs: list[Input]
    body: Any  # the type that is decoded, or None
    answers: list[Any]  # the types that it may answer
    streams: bool

    @property
    def safe(self) -> bool:
        return self.method == "GET"

    def takes(self, name: str) -> bool:
        return any(found.name == name for found in self.inputs)


def operations_of(app: Litestar) -> list[Operation]:
    """Every operation that wants to be in the document, in reading order."""
    demands = {(route.method, route.path): route.requires for route in routes_of(app)}
    found = [
        (_place(route, handler), _operation(handler, method, route.path_format, demands[method, route.path_format]))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.resolve_include_in_schema()
        for method in handler.http_methods
        if (method, route.path_format) in demands
    ]
    return [operation for _, operation in sorted(found, key=itemgetter(0))]


def _place(route: HTTPRoute, handler: HTTPRouteHandler) -> tuple[int, str, int]:
    """What is whole comes before its parts; for the rest the order of the source, where people put it for a reason."""
    source = unwrap_partial(handler.fn).__code__
    return route.path_format.count("/"), source.co_filename, source.co_firstlineno


def _operation(handler: HTTPRouteHandler, method: str, path: str, demands: str) -> Operation:
    given = _given(handler)
    tag = next(iter(handler.resolve_tags()), "")
    answers = list(_answers(handler.parsed_fn_signature.return_type.annotation))
    return Operation(
        id=f"{tag}_{handler.handler_name}",
        method=str(method),
        path=path,
        tag=tag,
        summary=handler.summary or "",
        description=handler.description or "",
        demands=demands,
        open=is_open(handler),
        operators=is_for_operators(handler),
        guarded=any(hasattr(guard, "required") for guard in handler.resolve_guards()),
        status=handler.status_code,
        inputs=[
            _input(name, field, field.kwarg_definition)
            for name, field in given.items()
            if isinstance(field.kwarg_definition, ParameterKwarg)
        ],
        body=next(
            (field.annotation for field in given.values() if isinstance(field.kwarg_definition, BodyKwarg)),
            None,
        ),
        answers=[answer for answer in answers if answer not in (EventStream, bytes)],
        streams=EventStream in answers,
    )


def _given(handler: HTTPRouteHandler) -> Mapping[str, FieldDefinition]:
    injected = handler.resolve_dependencies()
    return {name: field for name, field in handler.parsed_fn_signature.parameters.items() if name not in injected}


def _input(name: str, field: FieldDefinition, kwarg: ParameterKwarg) -> Input:
    constraints = {
        constraint: value for constraint in _CONSTRAINTS if (value := getattr(kwarg, constraint)) is not None
    }
    (kind,) = without_absence(field.annotation)
    schema = schema_of(kind, msgspec.Meta(**constraints))
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    return Input(
        name=kwarg.name or name,
        place=kwarg.param_type.value,
        schema=schema,
        required=not field.has_default,
        description=kwarg.description or "",
    )


def _answers(annotation: Any) -> Iterator[Any]:
    """The types inside `Response[...]`, `EventStream` where it may stream, nothing where there is no content."""
    if annotation is NoneType:
        return
    if get_origin(annotation) in (Response, Union, UnionType):
        for member in get_args(annotation):
            yield from _answers(member)
    else:
        yield annotation
