"""Predefined projects of design."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

DESIGN: Final[tuple[TaskSeed, ...]] = (
    task(
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
        rubric=[
            "Notes from riding along name which of the eleven taps answer a question of the passenger.",
            "Wireframes show the way from opening the app to showing the ticket, in fewer taps than today.",
            "The prototype can be clicked and contains its errors and empty states.",
            "Type, contrast and reach suit one hand, and the contrast was measured.",
            "Five strangers tested it, three things were changed, and it was tested again.",
            "The handover to the developers gives the reasons for what was left out.",
        ],
    ),
    task(
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
        rubric=[
            "An inventory lists what the nine hospitals have today and which differences are merely habit.",
            "Type, spacing and colour are tokens with names, and the contrast of each pair was tested.",
            "Forms, alerts and tables of results each have states for loading, failing and being empty.",
            "Each component has a name that developers share and a rule for when not to use it.",
            "Each component has a version that reads from right to left.",
            "Somebody else built one of the busiest screens from it in an afternoon, with notes on what was hard.",
        ],
    ),
)
