"""A reviewer on loopback that grades as a test says, and work to hand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from modules.simulations.domain import Verdict
from tests.model_server import Behaviour
from tests.model_server.behaviours import answer

ACME = {"x-tenant-id": "acme"}
SEEDED = "/simulations/50000000-0000-4000-8000-000000000001"
FIRST = f"{SEEDED}/milestones/0/reviews"
WHOLE = f"{SEEDED}/reviews"
TASK = "/tasks/rest-api/reviews"
CODE = "def total(order):\n    return sum(line.price for line in order)\n"
WORK = {"code": CODE, "language": "Python"}


def work(number: int) -> dict[str, str]:
    """A work that is like no other."""
    return {"code": f"{CODE}# {number}", "language": "Python"}


def asked_of(body: Any) -> str:
    """What the reviewer reads of the work and its criteria."""
    said: str = next(message["content"] for message in body["messages"] if message["role"] == "user")
    return said


def criteria_of(body: Any) -> list[str]:
    """The criteria that a request asks to grade, in order."""
    listed = asked_of(body).partition("<<<CRITERIA\n")[2].partition("\nCRITERIA>>>")[0].splitlines()
    assert [line.partition(". ")[0] for line in listed] == [str(number) for number in range(len(listed))]
    return [line.partition(". ")[2] for line in listed]


def grades(verdicts: Iterable[Verdict], *, words: str = "As asked.", lines: tuple[int, ...] = (1,)) -> dict[str, Any]:
    return {
        "grades": [
            {"criterion": number, "verdict": verdict, "lines": [] if verdict == "missing" else lines, "comment": words}
            for number, verdict in enumerate(verdicts)
        ],
        "feedback": words,
        "strengths": [words],
        "improvements": [words],
        "next_steps": [words],
    }


def grading(verdict_of: Callable[[int], Verdict] = lambda _: "met", **how: Any) -> Behaviour:
    """Grades every criterion by its number, in words that are never the same."""
    spoken = count(1)

    def review(body: Any) -> Any:
        verdicts = [verdict_of(number) for number in range(len(criteria_of(body)))]
        return grades(verdicts, words=f"Words number {next(spoken)}.")

    return answer(review, **how)


def failing(_: int) -> Verdict:
    return "missing"
