"""Requests as lines for a shell, made of the document's own examples."""

from __future__ import annotations

import json
import shlex
from typing import Any, Final
from urllib.parse import quote

from app.openapi.markup import text
from app.openapi.schemas import Json

_WIDE: Final = 64
_JSON: Final = "application/json"
_LOG_IN: Final = "/api/v1/auth/login"
_READ_TOKEN: Final = "import json, sys; print(json.load(sys.stdin)['token'])"  # a program


def curl_of(method: str, path: str, operation: Json, origin: str, *, accept: str = "") -> str:
    """A curl line of the operation with its example parameters and body."""
    parameters = operation.get("parameters", ())
    for parameter in parameters:
        if parameter["in"] == "path" and "example" in parameter:
            path = path.replace(f"{{{parameter['name']}}}", quote(str(parameter["example"]), safe=""))
    parts = [_start(method, path, origin, streamed=bool(accept))]
    if accept:
        parts.append(f"-H 'Accept: {accept}'")
    if proofs := operation["security"]:
        token = "TOKEN" if {"cookie": []} in proofs else "OPERATOR_TOKEN"
        parts.append(f'-H "Authorization: Bearer ${token}"')
    parts += [_header(parameter) for parameter in parameters if parameter["in"] == "header" and "example" in parameter]
    if body := operation.get("requestBody"):
        parts += _body(body["content"][_JSON].get("example"))
    return _block(parts, origin)


def token_line(document: Json, origin: str) -> str:
    """How to log in as the story's hero and keep the token."""
    body = document["paths"][_LOG_IN]["post"]["requestBody"]["content"][_JSON]["example"]
    parts = [
        f"TOKEN=$(curl -s {origin}{_LOG_IN}",
        *_body(body),
        f'| python3 -c "{_READ_TOKEN}")',
    ]
    return _block(parts, origin)


def _start(method: str, path: str, origin: str, *, streamed: bool) -> str:
    verb = "" if method == "GET" else f"-X {method} "
    return f"curl {'-N ' if streamed else ''}{verb}{origin}{path}"


def _header(parameter: Json) -> str:
    return "-H " + shlex.quote(f"{parameter['name']}: {parameter['example']}")


def _body(example: Any) -> list[str]:
    line = json.dumps(example, ensure_ascii=False)
    if len(line) > _WIDE:
        line = json.dumps(example, indent=4, ensure_ascii=False)
    return [f"-H 'Content-Type: {_JSON}'", f"-d {shlex.quote(line)}"]


def _block(parts: list[str], origin: str) -> str:
    shown = text(" \\\n  ".join(parts)).replace(origin, f'<span class="origin">{text(origin)}</span>')
    return f'<pre class="curl" tabindex="0"><code>{shown}</code></pre>'
