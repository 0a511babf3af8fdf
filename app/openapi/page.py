"""The documentation as one HTML page, made of the document alone: no network, no framework, one small script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from app.openapi import fields, markup
from app.openapi.curl import curl_of, token_line
from app.openapi.markup import attribute, code, inline, paragraphs, text
from app.openapi.schemas import Json, resolve

_HERE: Final = Path(__file__).parent
_API: Final = "/api/v1"
_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Ccircle cx='8' cy='8' r='6' fill='%230b7a6b'/%3E%3C/svg%3E"
)
_JSON: Final = "application/json"
_EVENTS: Final = "text/event-stream"


def page_of(document: Json, *, origin: str) -> tuple[str, str]:
    """The page, and the Content-Security-Policy that lets its own style and script run and nothing else.

    `origin` is what the curl lines name until the script puts the page's own in its place.
    """
    style, script = (_HERE / "page.css").read_text(), (_HERE / "page.js").read_text()
    body = "".join(_body(document, origin))
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(document['info']['title'])} API</title>"
        f'<link rel="icon" href="{_ICON}"><style>{style}</style></head>'
    )
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return f"{head}<body>{body}<script>{script}</script></body></html>\n", policy


def _hash(inline_text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline_text.encode()).digest()).decode()}'"


def _body(document: Json, origin: str) -> Iterator[str]:
    groups = _groups(document)
    yield '<a class="skip" href="#main">Skip to the operations</a>'
    yield f'<nav aria-label="Operations">{_nav(document, groups)}</nav><main id="main">'
    yield _introduction(document, origin)
    for tag in document["tags"]:
        name = tag["name"]
        yield f'<section id="{attribute(name)}" class="tag"><h2>{text(name.capitalize())}</h2>'
        yield f'<p class="about">{inline(tag["description"])}</p>'
        for method, path, operation in groups[name]:
            yield from _operation(document, method, path, operation, origin)
        yield "</section>"
    yield from _problems(document)
    yield from _shapes(document)
    yield "</main>"


def _groups(document: Json) -> dict[str, list[tuple[str, str, Json]]]:
    groups: dict[str, list[tuple[str, str, Json]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            groups[operation["tags"][0]].append((method.upper(), path, operation))
    return groups


def _nav(document: Json, groups: dict[str, list[tuple[str, str, Json]]]) -> str:
    info = document["info"]
    lines = [
        f'<p class="brand"><a href="#top">{text(info["title"])}</a> <small>{text(info["version"])}</small></p><ul>'
    ]
    for name, operations in groups.items():
        lines.append(f'<li><a href="#{attribute(name)}">{text(name.capitalize())}</a><ul>')
        lines += [
            f'<li><a href="#{operation["operationId"]}"><span class="m {method.lower()}">{method}</span>'
            f"{inline(markup.short(operation['summary']))}</a></li>"
            for method, _, operation in operations
        ]
        lines.append("</ul></li>")
    lines.append('<li><a href="#problems">Problems</a></li><li><a href="#shapes">Shapes</a></li></ul>')
    return "".join(lines)


def _introduction(document: Json, origin: str) -> str:
    info = document["info"]
    return (
        f'<header id="top" class="pair"><div><h1>{text(info["title"])}</h1>{paragraphs(info["description"])}'
        '<p><a href="/schema/openapi.json">The OpenAPI 3.1 document</a></p></div>'
        f'<div class="side"><h3>Begin here</h3>{token_line(document, origin)}'
        "<p>The lines on this page then work on a development server with its seeds; put in the ids that your own "
        "requests are answered with.</p>"
        "</div></header>"
    )


def _operation(document: Json, method: str, path: str, operation: Json, origin: str) -> Iterator[str]:
    name = operation["operationId"]
    prefix = f'<span class="dim">{_API}</span>' if path.startswith(_API) else ""
    shown = text(path.removeprefix(_API)).replace("/", "/<wbr>").replace("{", "<em>{").replace("}", "}</em>")
    yield f'<article id="{name}"><h3><a href="#{name}">{inline(operation["summary"])}</a></h3>'
    yield f'<p class="route"><span class="m {method.lower()}">{method}</span> <code>{prefix}{shown}</code></p>'
    yield '<div class="pair"><div>'
    yield f"<p>{inline(operation['description'])}</p>"
    if operation.get("parameters"):
        yield f"<h4>Parameters</h4>{fields.parameters(operation['parameters'])}"
    if body := operation.get("requestBody"):
        schema = body["content"][_JSON]["schema"]
        yield f"<h4>Body {fields.label(schema)}</h4>{fields.table(resolve(document, schema))}"
    yield f"<h4>Problems</h4>{_problem_list(document, operation)}"
    yield f'</div><div class="side"><h4>Request</h4>{curl_of(method, path, operation, origin)}'
    if any(_EVENTS in answer.get("content", {}) for answer in operation["responses"].values()):
        yield f"<h4>As a stream</h4>{curl_of(method, path, operation, origin, accept=_EVENTS)}"
    yield from _answers(operation)
    yield "</div></div></article>"


def _answers(operation: Json) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if content and not {_JSON, _EVENTS} & content.keys():
            continue
        kind = fields.label(content[_JSON]["schema"]) if _JSON in content else ""
        yield f'<h4><span class="status">{status}</span> {inline(answer["description"])} {kind}</h4>'
        if headers := answer.get("headers"):
            rows = "".join(
                f"<dt><code>{text(name)}</code></dt><dd>{inline(header['description'])}</dd>"
                for name, header in headers.items()
            )
            yield f'<dl class="headers">{rows}</dl>'
        if _JSON in content:
            yield code(json.dumps(content[_JSON].get("example"), indent=2, ensure_ascii=False))
        if _EVENTS in content:
            yield f'<p class="caption">{"The same as" if _JSON in content else "As"} <code>{_EVENTS}</code></p>'
            yield code(content[_EVENTS]["example"], plain=True)


def _problem_list(document: Json, operation: Json) -> str:
    rows: list[str] = []
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            for name, reference in content.get("examples", {}).items():
                summary = resolve(document, reference)["summary"]
                badge = f'<a href="#problem-{name}"><span class="status bad">{status}</span></a>'
                rows.append(f"<li>{badge}<span>{inline(summary)}</span></li>")
    return f'<ul class="problems">{"".join(rows)}</ul>' if rows else "<p>None of its own.</p>"


def _problems(document: Json) -> Iterator[str]:
    yield '<section id="problems" class="tag"><h2>Problems</h2>'
    yield '<p class="about">What goes wrong, as <code>application/problem+json</code> (RFC 9457).</p><div class="grid">'
    examples: list[tuple[str, Any]] = sorted(
        document["components"]["examples"].items(), key=lambda item: (item[1]["value"]["status"], item[0])
    )
    for name, example in examples:
        value = example["value"]
        yield f'<article id="problem-{name}"><h4><span class="status bad">{value["status"]}</span> '
        yield f"{inline(example['summary'])}</h4>{code(json.dumps(value, indent=2))}</article>"
    yield "</div></section>"


def _shapes(document: Json) -> Iterator[str]:
    yield '<section id="shapes" class="tag"><h2>Shapes</h2><p class="about">What is sent and answered.</p>'
    yield '<div class="grid">'
    for name, schema in document["components"]["schemas"].items():
        about = f"<p>{inline(schema['description'])}</p>" if "description" in schema else ""
        yield f'<article id="shape-{name}"><h4>{text(name)}</h4>{about}{fields.table(schema)}</article>'
    yield "</div></section>"
