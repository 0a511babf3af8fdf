"""Predefined projects from the screen to the table."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

FULLSTACK: Final[tuple[TaskSeed, ...]] = (
    task(
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
        rubric=[
            "An invitation by letter leads to sign-up, and its code expires and works only once.",
            "A wrong password and an unknown address get the same answer.",
            "Attempts to sign in are throttled without locking out somebody else.",
            "A forgotten password is reset by a link that expires.",
            "The list of devices shows each session, and signing out everywhere ends them all.",
            "Passwords are stored only as hashes, and the findings of an attack on the own work are written down.",
        ],
    ),
    task(
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
        rubric=[
            "Tests describe how the old program behaves today, before anything is moved.",
            "The three meanings of the field 'status' are told apart, each with a rule.",
            "Names in both encodings arrive with their umlauts intact.",
            "Departments move one at a time, while the old and the new appointment book run side by side.",
            "Counts of appointments are compared every night, and every difference is reported with its row.",
            "There is a way back until the last day, and it was rehearsed.",
        ],
    ),
)
