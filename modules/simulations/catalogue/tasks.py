"""The predefined projects: at least two a field, from the first rung of the ladder to the last."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from modules.simulations.domain import (
    Difficulty,
    Field,
    Mood,
    client_difficulty,
    client_mood,
    project_difficulty,
)


class TaskSeed(Struct, frozen=True, kw_only=True):
    """A predefined project; its id is a slug, and what its level decides is derived from the level."""

    id: str
    title: str
    description: str
    field: Field
    level: int
    difficulty: Difficulty
    client_difficulty: Difficulty
    client_persona: str
    client_mood: Mood
    tools: list[str]
    duration: str


def _task(
    slug: str,
    title: str,
    *,
    field: Field,
    level: int,
    client: str,
    tools: list[str],
    duration: str,
    description: str,
) -> TaskSeed:
    return TaskSeed(
        id=slug,
        title=title,
        description=description,
        field=field,
        level=level,
        difficulty=project_difficulty(level),
        client_difficulty=client_difficulty(level),
        client_persona=client,
        client_mood=client_mood(level, seed=len(slug)),
        tools=tools,
        duration=duration,
    )


TASKS: Final[tuple[TaskSeed, ...]] = (
    _task(
        "landing-page",
        "A landing page for a bicycle repair cooperative",
        field="frontend",
        level=1,
        client=(
            "Marta, who founded the cooperative, repairs bicycles better than she explains them and "
            "loves every question."
        ),
        tools=["HTML", "CSS", "Git", "Lighthouse"],
        duration="1 week",
        description=(
            "Eleven mechanics share a workshop behind the station and a website from 2011 that shows "
            "the wrong opening hours. Build the page that replaces it: what they repair, what it "
            "costs, when they are open, and one way to book. Most visitors stand in the rain with a "
            "flat tyre and a phone in one hand, so the telephone number is worth more than the "
            "animation. You write the copy together with Marta, mark it up so that a screen reader "
            "understands it, and publish it where she can change the opening hours herself."
        ),
    ),
    _task(
        "portfolio-site",
        "A portfolio for a photographer of old cinemas",
        field="frontend",
        level=3,
        client=(
            "Elio photographs abandoned cinemas, talks in pictures, and thanks you for telling him what a kilobyte is."
        ),
        tools=["TypeScript", "Astro", "CSS Grid", "Playwright"],
        duration="2 weeks",
        description=(
            "Elio has four thousand photographs of closed cinemas and a hard disk that makes noises. "
            "Choose forty of them with him and build a portfolio that opens fast on a train: "
            "responsive images, a gallery that works with keyboard and thumb, captions that name the "
            "place and the year. The awkward part is light: his pictures are dark, and they turn into "
            "mud on cheap screens. You measure what each page weighs, decide what loads late, and "
            "leave behind a folder into which he can drop the next series without calling you."
        ),
    ),
    _task(
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
    ),
    _task(
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
    ),
    _task(
        "auth-flow",
        "Sign-in for a housing association",
        field="fullstack",
        level=4,
        client=(
            "Ruth speaks for 900 households, half of them without a smartphone, and has been promised "
            "easy logins before."
        ),
        tools=["TypeScript", "React", "PostgreSQL", "Docker", "OWASP ZAP"],
        duration="3 weeks",
        description=(
            "Nine hundred households should see their bills and report repairs online, and many of "
            "them have never had an account anywhere. Build the whole way in: invitation by letter, "
            "sign-up, sign-in, forgotten password, a list of devices, and signing out everywhere. It "
            "has to be safe without being unfriendly, so a wrong password and an unknown address get "
            "the same answer, attempts are throttled without locking out the neighbour, and each "
            "message says what to do next. At the end you attack your own work for a day and write "
            "down what you found."
        ),
    ),
    _task(
        "legacy-migration",
        "Moving a clinic off its 1999 software",
        field="fullstack",
        level=8,
        client=(
            "Dr. Brandt has outlived four IT projects, reads release notes aloud to find the mistake, "
            "and accepts only evidence."
        ),
        tools=["Python", "PostgreSQL", "Docker", "pandas", "Playwright"],
        duration="4 weeks",
        description=(
            "The clinic's software runs on a computer nobody dares to switch off. Its files hold 26 "
            "years of appointments, three meanings of the field 'status', and umlauts in two "
            "encodings. Replace the appointment book without a single lost visit: describe what the "
            "old program really does with tests of its present behaviour, move one department at a "
            "time, run both side by side, and compare counts every night. There must be a way back "
            "until the last day. The client will ask for the proof before the demo, and will find the "
            "row you did not look at."
        ),
    ),
    _task(
        "mobile-auth-ui",
        "Sign-in screens for a savings app",
        field="mobile",
        level=3,
        client=("Adaeze leads a savings club of 200 market women and brings three of them to each demonstration."),
        tools=["Flutter", "Dart", "Figma", "Firebase Emulator"],
        duration="2 weeks",
        description=(
            "Two hundred traders save together, and their new app fails at the first screen: the "
            "keyboard hides the button, the code arrives after it has expired, and the error says "
            "'null'. Design and build the way in again for small, scratched screens in bright sun. A "
            "phone number, a code that fills itself in, a fingerprint the next time, and a calm way "
            "out when the phone is lost. Every state is drawn before it is built, every message is "
            "understood by somebody who reads slowly, and the flow survives a call in the middle of "
            "it."
        ),
    ),
    _task(
        "offline-inspections",
        "Bridge inspections without a network",
        field="mobile",
        level=6,
        client=(
            "Inspector Moreau has dropped two tablets into rivers and asks of each feature what happens when it is wet."
        ),
        tools=["Kotlin", "Jetpack Compose", "Room", "WorkManager"],
        duration="4 weeks",
        description=(
            "Bridge inspectors climb to places where no signal follows them. They need an app that "
            "shows last year's findings, takes photographs and notes with gloves on, and sends "
            "everything once the world is back, exactly once and in order. Two inspectors sometimes "
            "work on the same bridge and disagree; neither version may disappear. You build the local "
            "store, the queue that survives a dead battery, and the screen on which a conflict is "
            "settled. Prove it with a recording in airplane mode, and measure what a day of inspecting "
            "costs in battery."
        ),
    ),
    _task(
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
    ),
    _task(
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
    ),
    _task(
        "mobile-redesign",
        "A new face for a bus company's ticket app",
        field="design",
        level=5,
        client=(
            "Karim is responsible for 140 buses, has inherited the app, and needs to show his board a "
            "difference by spring."
        ),
        tools=["Figma", "Maze", "Stark", "FigJam"],
        duration="3 weeks",
        description=(
            "It takes eleven taps to buy a ticket, and the bus has left after nine. Ride along, watch "
            "ten people fail, and find out which of the eleven taps answer a question of the passenger "
            "and which one of the company. Then redesign the way from opening the app to showing the "
            "ticket: wireframes, a clickable prototype with its errors and empty states, large type, "
            "strong contrast, one hand. Test it with five strangers, change three things, test again, "
            "and hand it to the developers with the reasons for what you left out."
        ),
    ),
    _task(
        "design-system",
        "A design system for a group of hospitals",
        field="design",
        level=7,
        client=(
            "Professor Lindqvist speaks for nine hospitals that agree on nothing, and has no patience for mood boards."
        ),
        tools=["Figma", "Storybook", "Design tokens", "axe DevTools"],
        duration="4 weeks",
        description=(
            "Nine hospitals, fourteen blues, and six ways to say 'emergency'. Before another portal is "
            "built, they want one set of parts: type, spacing, colour with tested contrast, forms, "
            "alerts, tables of results. Take stock of what exists, find what truly differs and what is "
            "merely habit, and design the smallest set that covers the three busiest screens. Each "
            "component has a name developers share, states for loading, failing and being empty, a "
            "rule for when not to use it, and a version that reads from right to left. Somebody else "
            "must be able to build a screen from it in one afternoon."
        ),
    ),
)
