"""What the reviewer, the interviewer and the analyst say, as format strings: the shapes, once for every language."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from modules.simulations.domain import Field

SoftSkill = Literal["clarity", "questions", "politeness", "responsiveness"]


class ReviewForms(Struct, frozen=True, kw_only=True):
    """What is said of handed-in work. `lacking` is by what the code would have to show: a meaning of the lexicon."""

    line: str
    lines: str
    met: str
    partly: str
    scattered: str
    spoken_of: str
    missing: str
    wordless: str
    lacking: dict[str, str]
    method: str
    summary: str
    approved: str
    not_yet: str
    nothing_handed_in: str
    criterion: str
    no_strength: str
    no_improvement: str
    begin: str
    go_on: str
    ask_a_person: str


class InterviewForms(Struct, frozen=True, kw_only=True):
    """What an interviewer asks, and says at the end.

    `on_word`, `on_number` and `on_we` take up what was answered, `on_nothing_new` follows when there is nothing left to
    take up; `technical` asks about a skill, `of_field` about the field's own work.
    """

    opening: str
    opening_without_words: str
    on_word: tuple[str, ...]
    on_number: tuple[str, ...]
    on_we: tuple[str, ...]
    on_short: tuple[str, ...]
    on_unknown: tuple[str, ...]
    on_nothing_new: str
    technical: tuple[str, ...]
    of_field: dict[Field, tuple[str, ...]]
    behavioural: tuple[str, ...]
    closing: str
    the_job: str
    concrete: str
    named: str
    figures: str
    took_part: str
    stays_general: str
    no_figures: str
    no_example: str
    short: str
    not_named: str
    go_further: str
    communication: str
    long_ones: str
    short_ones: str
    even: str
    method: str
    accuracy_named: str
    accuracy_none: str


class AnalysisForms(Struct, frozen=True, kw_only=True):
    """What an intern's way of talking shows: a name and three remarks a skill, from weak to strong."""

    names: dict[SoftSkill, str]
    remarks: dict[SoftSkill, tuple[str, str, str]]
    unanswered: str
    spoken: str
    spoken_once: str
    unspoken: str
    no_technology: str
    remark: str
    no_strength: str
    no_weakness: str
    quotes: dict[str, str]
    summary: str
    few: str
    method: str
