"""Where material begins and ends in what a model reads: nothing inside can end it."""

from __future__ import annotations

import msgspec


def between(name: str, text: str) -> str:
    return f"<<<{name}\n{text.replace('>>>', '> > >')}\n{name}>>>"


def json_between(name: str, value: object) -> str:
    """As JSON: who says what is a field, which no text can take the place of, and every text stays exact."""
    written = msgspec.json.encode(value).decode().replace(">>", ">\\u003e")
    return f"<<<{name}\n{written}\n{name}>>>"
