"""The shapes of what the offline model knows, once for every language."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from modules.simulations.domain import Difficulty, Field, Language, Mood
from modules.simulations.offline.code_reading import Finding, Strength
from modules.simulations.offline.forms import AnalysisForms, InterviewForms, ReviewForms
from modules.simulations.offline.intents import Intent


class Question(Struct, frozen=True):
    """A quiz question with its right answer, three wrong ones that sound right, and why."""

    ask: str
    right: str
    wrong: tuple[str, str, str]
    why: str


class Capability(Struct, frozen=True):
    """Something that a product can do: what it means to build it, whatever the field."""

    name: str
    title: str
    story: str
    rules: tuple[str, str, str]
    proof: str
    question: Question


class Step(Struct, frozen=True):
    title: str
    text: str
    deliverables: tuple[str, ...]


class Build(Struct, frozen=True):
    """How a field builds one capability; the title is the capability's."""

    text: str
    deliverables: tuple[str, ...]


class Craft(Struct, frozen=True):
    """A field: how its people begin, build, harden and hand over. Qualities rise from plain to hard."""

    label: str
    artefact: str
    openings: tuple[Step, Step]
    builds: tuple[Build, Build, Build]
    hardening: Step
    closings: tuple[Step, Step]
    qualities: tuple[str, str, str, str, str, str]
    objectives: tuple[str, str]
    questions: tuple[Question, Question]


class Sector(Struct, frozen=True):
    """Where the product is used: by whom, what goes wrong there, what better looks like, who asks for it, where to
    watch it, and the case that shows whether it was understood."""

    domain: str
    users: str
    stake: str
    measure: str
    client: str
    scene: str
    trial: str


class Voice(Struct, frozen=True):
    """How a mood sounds: as a description, in a first message, and around an answer."""

    personality: str
    greeting: str
    demand: str
    openers: tuple[str, str, str]
    closers: tuple[str, str]


class Lines(Struct, frozen=True, kw_only=True):
    """The sentences that hold a simulation together, as format strings."""

    openings: tuple[str, str, str]
    openings_without_words: tuple[str, str, str]
    goes_on: str
    build: tuple[str, str, str]
    vocabulary: tuple[str, str, str]
    foreign_words: str
    success: str
    difficulty: dict[Difficulty, str]
    client_mood: dict[Mood, str]
    description: str
    opening_adds: tuple[str, str, str]
    scene: tuple[str, str]
    trial: str
    withstands: str
    glossary: str
    hardening_adds: tuple[str, str, str]
    closing_adds: tuple[str, str, str]
    quoted: tuple[str, str, str]
    unquoted: tuple[str, str, str]
    proven: str
    handed_in: str
    worked_case: str
    own_words: str
    left_open: str
    remaining: dict[Difficulty, str]
    effect: str
    asked: dict[Difficulty, tuple[str, str]]
    asked_term: dict[Difficulty, tuple[str, str]]
    because: str
    objectives: dict[Difficulty, str]
    with_client: dict[Mood, str]
    page: str
    page_without_milestone: str
    page_about: str
    weeks: dict[int, str]
    hours: str
    counts: dict[int, str]
    belongs: Question
    plan: Question
    unclear: Question
    this_project: str
    quotes: tuple[str, str]


class Cast(Struct, frozen=True, kw_only=True):
    """Names and lines of the people around an intern; three tones for levels 1 to 3, 4 and 5, 6 to 8."""

    clients: tuple[str, ...]
    managers: tuple[str, ...]
    colleagues: tuple[str, ...]
    women: frozenset[str]
    feminine: dict[str, str]
    client_role: str
    manager_roles: dict[Field, str]
    colleague_roles: dict[Field, str]
    tester_role: str
    fellow_role: str
    managers_are: tuple[str, ...]
    colleagues_are: tuple[str, ...]
    tester_is: str
    fellow_is: str
    tones: tuple[str, str, str]
    client_says: str
    client_says_without_words: str
    manager_says: str
    manager_adds: tuple[str, str, str]
    colleague_says: str
    colleague_adds: tuple[str, str, str]
    tester_says: str
    fellow_says: str
    portrait: str
    prompt: str
    cares: dict[str, str]


Role = Literal["client", "manager", "colleague"]


class Replies(Struct, frozen=True, kw_only=True):
    """What personas say, as format strings over the facts of a simulation; one tone a third of the ladder."""

    answers: dict[Intent, dict[Role, tuple[str, ...]]]
    milestone: dict[Role, str]
    no_such_milestone: str
    unplanned: dict[Intent, str]
    no_duration: str
    told: dict[Role, tuple[str, str]]
    told_all: dict[Role, str]
    fact: dict[Role, str]
    nothing: dict[Role, str]
    also: str
    open: str
    known_tool: str
    unknown_tool: str
    still: str
    hello: dict[Mood, str]
    hello_again: str
    thanks: dict[Mood, str]
    remembered: str
    answered: str
    nothing_asked: str
    repeated: tuple[str, str]
    notes: dict[Role, tuple[str, str, str]]
    code: dict[Role, str]
    code_length: tuple[str, str]
    code_names: str
    code_nameless: str
    strengths: dict[Strength, str]
    findings: dict[Finding, str]
    line: str
    touches: str
    verdicts: tuple[str, str, str]
    spare: tuple[str, str, str]


class Hidden(Struct, frozen=True, kw_only=True):
    """What people know and nobody tells unasked; `without_words` is for a request that has no words to quote."""

    everywhere: dict[str, str]
    without_words: dict[str, str]
    sectors: dict[str, tuple[str, str]]
    capabilities: dict[str, str]
    crafts: dict[Field, str]


class Book(Struct, frozen=True):
    """Everything that is said in one language, apart from the conversation."""

    language: Language
    capabilities: dict[str, Capability]
    crafts: dict[Field, Craft]
    sectors: dict[str, Sector]
    voices: dict[Mood, Voice]
    people: dict[str, str]
    lines: Lines
    cast: Cast
    replies: Replies
    hidden: Hidden
    reviewing: ReviewForms
    interviewing: InterviewForms
    analysing: AnalysisForms
    last: str
