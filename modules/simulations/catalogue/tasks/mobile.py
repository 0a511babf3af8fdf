"""Predefined projects on the phone."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

MOBILE: Final[tuple[TaskSeed, ...]] = (
    task(
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
        rubric=[
            "The keyboard never hides the button that comes next.",
            "A code that has expired leads to a new one, with a message that says what to do.",
            "Every state is drawn before it is built: empty, waiting, wrong code, no network, locked.",
            "The next sign-in works with a fingerprint, and there is a calm way out when the phone is lost.",
            "Input survives a call in the middle of the flow.",
            "Contrast and type size stand bright sun and a slow reader, with the figures beside them.",
        ],
    ),
    task(
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
        rubric=[
            "Findings, notes and photographs are stored on the device before anything is sent.",
            "A queue sends everything exactly once and in order, also after a dead battery.",
            "Two versions of one finding are both kept, and a screen lets an inspector settle the conflict.",
            "Controls can be used with gloves: large targets and no gesture that has to be guessed.",
            "A recording in airplane mode shows a whole inspection from beginning to end.",
            "The battery that a day of inspecting costs was measured and is written down.",
        ],
    ),
)
