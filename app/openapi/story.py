"""The examples, as values of the contracts, so that the type checker reads them too. They tell one story.

Bob, an intern at Acme, logs in with the password that the seeds gave him, orders a simulation about a bakery, and
talks to its owner. Ids and slugs are those of the seeds, so what is copied from the page works in development.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args, get_origin
from uuid import UUID

import msgspec

from app.openapi import access, agents, billing, organization, practice, staff, work
from core.http.health import Check, Liveness, Readiness
from core.http.pages import Page
from modules.agents import ChatMessage
from modules.billing.contracts.credits import CreditBalance, CreditEntry
from modules.simulations.catalogue import RESOURCES, TASKS
from modules.simulations.contracts.catalogue import Resource, Task
from modules.simulations.contracts.conversations import NewMessage, Reply
from modules.simulations.contracts.progress import Progress, ProgressChange, Project
from modules.simulations.contracts.simulations import (
    Accepted,
    LearningLink,
    NewSimulation,
    Persona,
    Simulation,
    SimulationSummary,
)
from modules.simulations.domain import Milestone
from modules.user.contracts import (
    EmailWish,
    LoggedIn,
    LogIn,
    NewPassword,
    OnboardingAnswers,
    OpenSession,
    PasswordChange,
    ProfilePatch,
    SignUp,
    TokenProof,
    User,
)
from modules.user.domain import Onboarding

_MORNING: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_MONTH: Final = timedelta(days=30)
SIMULATION_ID: Final = UUID("50000000-0000-4000-8000-000000000001")
PERSONA_ID: Final = UUID("60000000-0000-4000-8000-000000000001")
_REQUEST_ID: Final = UUID("01a0b1c2-d3e4-7f50-8a6b-7c8d9e0f1a2b")

_BOB: Final = User(
    id=UUID("00000000-0000-4000-8000-000000000002"),
    email="bob@example.com",
    email_verified=True,
    name="Bob Example",
    image_url=None,
    bio=None,
    field="frontend",
    experience_level="student",
    interests=["web"],
    region=None,
    onboarding=Onboarding("completed", []),
    created_at=_MORNING,
)
_BIO: Final = "I like small, quick pages."
_NOUR: Final = User(
    id=UUID("019b8d2e-5a40-7c11-9f3e-2b6d8a7c4e10"),
    email="nour@example.com",
    email_verified=False,
    name="Nour Adel",
    image_url=None,
    bio=None,
    field="backend",
    experience_level="student",
    interests=[],
    region="Alexandria",
    onboarding=Onboarding("pending", ["interests"]),
    created_at=_MORNING,
)
SIGNED_UP: Final = LoggedIn(_NOUR, "ses_pJ4vQ0m8yXc2Lh6tRk1sWd9eNf3bGa7uZi5oTq8xVyM", _MORNING + _MONTH)
LOGGED_IN: Final = LoggedIn(_BOB, "ses_7Hq2Zt5rKw9nXb4vLm1cPd8sYg6jFa3eUo0iRx2kQhE", _MORNING + _MONTH)

SESSION_ID: Final = UUID("01a0b1c2-7a10-7c3e-9b1d-52f6c8d0e4a7")
NEW_PASSWORD: Final = "seven loaves before sunrise"
_TOKEN: Final = "one_Zm9yIG9uZSB1c2Ugb25seSwgYW5kIHNvb24gb3Zlcg"
_PHONE: Final = OpenSession(
    id=SESSION_ID,
    user_agent="Mozilla/5.0 (Android 15; Mobile)",
    ip="203.0.113.7",
    created_at=_MORNING,
    last_seen_at=_MORNING + timedelta(hours=3),
    expires_at=_MORNING + _MONTH,
    current=True,
)

READY: Final = Readiness("ready", {"database": Check(True, 0.61), "migrations": Check(True, 0.48)})
NOT_READY: Final = Readiness(
    "unavailable",
    {
        "database": Check(True, 0.61),
        "migrations": Check(False, 0.52, "the database is at 0001, the code wants 0002"),
    },
)

_CONTEXT: Final = (
    "A bakery in Alexandria wants customers to order bread online and couriers to deliver it by bike before seven "
    "in the morning. Orders close at midnight; payment is cash on delivery."
)
_BREAD: Final = Simulation(
    id=SIMULATION_ID,
    user_id=_BOB.id,
    title="Bread by bike",
    context=_CONTEXT,
    status="ready",
    error=None,
    request_id=None,
    level=3,
    difficulty="easy",
    domain="Food and delivery",
    field="fullstack",
    description="Ordering and delivery for a neighbourhood bakery.",
    overview="The bakery takes orders on paper and loses a few every night. You build the page where customers order "
    "until midnight, and the list that couriers ride by in the morning.",
    estimated_duration="24 hours",
    duration="2 weeks",
    tech_stack=["TypeScript", "React", "PostgreSQL"],
    tools=["Git", "Figma"],
    learning_objectives=["Turn a client's story into requirements", "Keep times right around midnight"],
    functional_requirements=["Customers order bread until midnight", "Couriers see their stops in order"],
    non_functional_requirements=["An order is never lost, also when the network drops"],
    milestones=[
        Milestone(
            "Orders",
            "A customer can order, and change the order until midnight.",
            ["Order page", "Tests of the closing time"],
        ),
        Milestone("Deliveries", "A courier sees the morning's stops and ticks them off.", ["Courier list"]),
    ],
    rubric=[list(criteria) for criteria in work.RUBRIC],
    resources=[
        LearningLink(
            "Forms",
            "https://developer.mozilla.org/en-US/docs/Learn_web_development/Extensions/Forms",
            "documentation",
            "For the order page.",
        )
    ],
    quiz=list(work.QUIZ),
    quiz_result=None,
    client_persona="Mariam, who owns the bakery and is up since three",
    client_mood="friendly",
    team_mode="solo",
    language="en",
    personas=[
        Persona(
            PERSONA_ID,
            "Mariam Haddad",
            "Client, owner of the bakery",
            "Warm, practical, short of time in the morning",
            "Good morning! Ask me anything, but before seven please: then the ovens want me.",
        )
    ],
    created_at=_MORNING,
    updated_at=_MORNING + timedelta(seconds=20),
)
_SUMMARY: Final = SimulationSummary(**{name: getattr(_BREAD, name) for name in SimulationSummary.__struct_fields__})
_LANDING: Final = next(task for task in TASKS if task.id == "landing-page")
_LANDING_PAGE: Final = msgspec.convert({**msgspec.structs.asdict(_LANDING), "created_at": _MORNING}, Task)
_LESSON: Final = Resource(**msgspec.structs.asdict(RESOURCES[0]), created_at=_MORNING)
_STARTED: Final = Progress(
    id=UUID("01981c5e-6c00-7000-8000-000000000030"),
    user_id=_BOB.id,
    project_id="landing-page",
    status="in_progress",
    last_activity_at=_MORNING + timedelta(hours=2),
    last_review_at=None,
    last_review_approved=None,
    created_at=_MORNING,
)
_PROJECT: Final = Project(
    id=str(SIMULATION_ID),
    simulation_id=SIMULATION_ID,
    type="custom",
    title=_BREAD.title,
    description=_BREAD.description,
    field=_BREAD.field,
    status="in_progress",
    last_activity_at=_MORNING + timedelta(minutes=5),
    difficulty=_BREAD.difficulty,
    level=_BREAD.level,
    duration=_BREAD.duration,
    tools=_BREAD.tools,
    client_persona=_BREAD.client_persona,
    client_mood=_BREAD.client_mood,
)
_QUESTION: Final = "When do orders close, and what happens to one that comes a minute later?"
_ANSWER: Final = "At midnight, and I mean midnight. A minute later it is for tomorrow: say so on the page."
_SPENT: Final = CreditEntry(
    id=UUID("80000000-0000-4000-8000-000000000012"),
    amount=-3,
    kind="spend",
    reason="generation",
    reference=str(SIMULATION_ID),
    balance_after=1997,
    created_at=_MORNING + timedelta(seconds=20),
)


def examples() -> dict[Any, Any]:
    """An example of every type that is sent or answered, by type; a page's is made of its item's."""
    return {
        type(value): value
        for value in (
            SignUp("nour@example.com", "a long walk by the sea", "Nour Adel", "Alexandria", "backend"),
            LogIn(_BOB.email, "bob-in-development"),
            EmailWish(_BOB.email),
            TokenProof(_TOKEN),
            NewPassword(_TOKEN, NEW_PASSWORD),
            PasswordChange("bob-in-development", NEW_PASSWORD),
            _PHONE,
            ProfilePatch(bio=_BIO, region="Cairo"),
            OnboardingAnswers("frontend", "student", ["web", "accessibility"]),
            msgspec.structs.replace(_BOB, bio=_BIO, region="Cairo", interests=["web", "accessibility"]),
            LOGGED_IN,
            NewSimulation(_BREAD.title, _CONTEXT, _BREAD.level),
            Accepted(SIMULATION_ID, "generating"),
            _BREAD,
            _SUMMARY,
            NewMessage(_QUESTION),
            Reply(_ANSWER, _REQUEST_ID),
            ChatMessage(_REQUEST_ID, "user", _QUESTION, _MORNING + timedelta(minutes=5)),
            _LANDING_PAGE,
            _LESSON,
            ProgressChange(status="in_progress"),
            _STARTED,
            _PROJECT,
            CreditBalance(1997, 0),
            _SPENT,
            Liveness(),
            *organization.examples(),
            *access.examples(),
            *billing.examples(),
            *work.examples(),
            *practice.examples(),
            *agents.examples(),
            *staff.examples(),
        )
    }


def example_of(kind: Any, known: dict[Any, Any]) -> Any:
    """The example of a type, or None where the story forgot it."""
    if get_origin(kind) is not Page:
        return known.get(kind)
    item = known.get(get_args(kind)[0])
    return item and Page([item], None)
