"""What a job description asks for: its field, its skills, and its own words."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from modules.simulations.domain import (
    Assessment,
    Brief,
    Field,
    Interview,
    Language,
    client_difficulty,
    client_mood,
    project_difficulty,
)
from modules.simulations.offline.arabic import BOOK as ARABIC
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.intents import plain
from modules.simulations.offline.kinds import Book
from modules.simulations.offline.letters import key_of, shorten, tidy, written_in
from modules.simulations.offline.reading import read
from modules.simulations.offline.stacks import KITS, tools_named
from modules.simulations.offline.terms import hits, is_plain, stems, words
from modules.simulations.offline.triggers import CAPABILITIES

_LEVEL: Final = 4
_MOST_SKILLS: Final = 8
_MOST_TASKS: Final = 3
_READ: Final = 8000
# What stands in every job description and is no skill.
_USUAL: Final = frozenset(
    "job role position candidate experience year years skill skills knowledge strong ability responsibilities "
    "requirements looking join hiring intern internship junior senior developer engineer designer working join plus "
    "وظيفة خبرة سنوات سنة مهارات مطلوب متدرب نبحث الانضمام القدرة معرفة مطور مهندس".split()
)


class Job(Struct, frozen=True):
    """`skills` are what it names: technologies, then what is to be built; `title` is its first line, up to a stop."""

    title: str
    field: Field
    skills: tuple[str, ...]
    book: Book
    key: int


def job_of(subject: Interview | Assessment) -> Job:
    text = subject.job_description[:_READ]
    first = next((tidy(line) for line in text.splitlines() if line.strip()), "")
    reading = read(_brief(first, text, subject.language))
    asked = stems(text)
    building = [capability for capability in reading.capabilities if hits(asked, CAPABILITIES[capability])]
    book = ARABIC if subject.language == "ar" else ENGLISH
    named = _technologies(text)
    if len(named) <= 1:
        named += [book.capabilities[capability].name for capability in building[:_MOST_TASKS]]
    if len(named) <= 1:
        named += [term for term in reading.terms if _is_skill(term, subject.language)][:_MOST_TASKS]
    return Job(
        title=re.split(r"(?<=\w\w)[.:;؛]\s|\s[-–—|]\s", first, maxsplit=1)[0],
        field=reading.field,
        skills=tuple(dict.fromkeys(named))[:_MOST_SKILLS],
        book=book,
        key=key_of(text),
    )


def _technologies(text: str) -> list[str]:
    """In the order in which the text names them."""
    searched = plain(text)
    known = {name for kit in KITS.values() for stack in kit.stacks for name in stack}
    known |= {tool for kit in KITS.values() for tool in kit.tools}
    found = {name: searched.find(plain(name)) for name in known if plain(name) in searched}
    for name in tools_named(words(text)):
        if name.lower() not in {each.lower() for each in found}:
            found[name] = searched.find(plain(name))
    return sorted(found, key=lambda name: (found[name], name))


def _is_skill(term: str, language: Language) -> bool:
    return written_in(term, language) and not is_plain(term) and term.lower() not in _USUAL and len(term) > len("ab")


def _brief(title: str, text: str, language: Language) -> Brief:
    return Brief(
        title=shorten(title, 120),
        context=text,
        level=_LEVEL,
        language=language,
        team_mode="solo",
        difficulty=project_difficulty(_LEVEL),
        client_difficulty=client_difficulty(_LEVEL),
        client_mood=client_mood(_LEVEL, 0),
        seed=0,
    )
