"""Predefined projects about numbers."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

DATA: Final[tuple[TaskSeed, ...]] = (
    task(
        "data-pipeline",
        "A nightly pipeline for a food bank",
        field="data",
        level=4,
        client=(
            "Tomasz plans the food bank's trucks at five in the morning and trusts a number only when "
            "he knows its author."
        ),
        tools=["Python", "DuckDB", "dbt", "PostgreSQL"],
        duration="3 weeks",
        description=(
            "Sixty supermarkets report tonight what they will give away tomorrow, in sixty kinds of "
            "file. Columns swap places, 'kg' means crates on Fridays, and one shop sends everything "
            "twice. Build the pipeline that turns this into one clean table before the trucks leave at "
            "five: keep the original, check what you expect, set doubtful rows aside with a reason, "
            "and make running it twice harmless. Then show the dispatcher how fresh and how complete "
            "the figures are, because a truck that was sent to an empty ramp is a hundred meals that "
            "did not arrive."
        ),
        rubric=[
            "The original files are kept unchanged beside the clean table.",
            "Columns that swap places and units such as crates are recognised and turned into kilograms.",
            "Rows that are doubtful are set aside with a reason instead of being dropped.",
            "A shop that sends everything twice is counted once, and running the pipeline twice changes nothing.",
            "Checks say what is expected of each column, and a failed check is reported before five in the morning.",
            "The dispatcher sees how fresh and how complete the figures are.",
        ],
    ),
    task(
        "dashboard-analytics",
        "A dashboard that settles an argument at a theatre",
        field="data",
        level=2,
        client=("Ines directs the theatre, prefers stories to tables, and is delighted when a chart proves her wrong."),
        tools=["Python", "PostgreSQL", "Metabase", "SQL"],
        duration="2 weeks",
        description=(
            "The box office says that Thursdays are empty, the marketing team says that Thursdays are "
            "growing, and both have a spreadsheet. Find out what each of them counts, agree on one "
            "definition, and build a dashboard of no more than five charts that answers the question "
            "and the two that follow from it. Each figure names its unit and its period, each total "
            "can be opened down to the tickets behind it, and somebody who does not like numbers can "
            "say after one minute what to do with the Thursday programme."
        ),
        rubric=[
            "An empty Thursday has one written definition, with what the box office and marketing each counted.",
            "The dashboard has no more than five charts, and they answer the question about Thursdays.",
            "Each figure names its unit and its period.",
            "Each total can be opened down to the tickets behind it.",
            "One sentence says what to do with the Thursday programme.",
        ],
    ),
)
