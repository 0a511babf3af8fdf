"""Predefined projects behind the screen."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

BACKEND: Final[tuple[TaskSeed, ...]] = (
    task(
        "rest-api",
        "A booking API for a chain of climbing halls",
        field="backend",
        level=2,
        client=(
            "Jana runs three climbing halls, answers within the hour, and would rather see an example than a diagram."
        ),
        tools=["Python", "Litestar", "PostgreSQL", "pytest", "Docker"],
        duration="2 weeks",
        description=(
            "Three halls, one telephone, and a spreadsheet that two people edit at once: last Saturday "
            "the beginners' course was sold to nineteen people for twelve ropes. Design and build the "
            "API that both the website and the front desk will use to offer courses, take bookings and "
            "cancel them. Write the contract first, with an example for each answer, then let the "
            "database make sure that the thirteenth booking is refused, whoever asks and however often "
            "they retry. Tests run against a real PostgreSQL, and the error messages are written for "
            "people."
        ),
        rubric=[
            "The contract has endpoints for courses, bookings and cancellations, with an example for each answer.",
            "A booking beyond the capacity of a course is refused by a constraint of the database.",
            "Repeating the same booking request books once and not twice.",
            "Cancelling a booking frees the place again.",
            "Errors say in ordinary words which field is wrong and what to do.",
            "Tests run against a real PostgreSQL, and one of them books the last place twice at the same time.",
        ],
    ),
    task(
        "database-schema",
        "A schema for a lending library of tools",
        field="backend",
        level=5,
        client=(
            "Henrik keeps the library's ledgers by hand, distrusts computers politely, and knows every "
            "exception by name."
        ),
        tools=["PostgreSQL", "SQL", "Alembic", "pgTAP"],
        duration="3 weeks",
        description=(
            "A neighbourhood lends drills, ladders and a concrete mixer, and keeps its records in nine "
            "ledgers. Turn them into a schema that cannot tell lies: no tool in two hands at once, no "
            "loan without a member, no deposit that vanishes. The exceptions are the interesting part, "
            "because members share memberships, tools come in sets, and some loans began before the "
            "ledger did. Deliver migrations that run forward and back, constraints with tests that try "
            "to break them, the ten questions Henrik asks each week as queries, and their plans with a "
            "decade of data."
        ),
        rubric=[
            "No tool can be lent to two members at once: a constraint of the database refuses it.",
            "Every loan has a member, a tool, a date it was lent and, once it is over, a date it was returned.",
            "A deposit is recorded when it is paid and when it is returned, and never disappears.",
            "Shared memberships and tools that come in sets have a place in the schema.",
            "Migrations run forward and back, and a test of each constraint tries to break it.",
            "Ten questions that Henrik asks each week are queries, with their plans on a decade of data.",
        ],
    ),
)
