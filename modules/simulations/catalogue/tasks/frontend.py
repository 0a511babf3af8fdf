"""Predefined projects in the browser."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.shape import TaskSeed, task

FRONTEND: Final[tuple[TaskSeed, ...]] = (
    task(
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
        rubric=[
            "The telephone number, the opening hours and the address can be read on a phone without scrolling.",
            "The page says what is repaired and what each repair costs.",
            "There is one way to book a repair, and it works with a keyboard alone.",
            "The markup uses headings, landmarks and labels, and every picture has an alternative text.",
            "The opening hours stand in one place that Marta can change without a developer.",
        ],
    ),
    task(
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
        rubric=[
            "Forty photographs are shown with captions that name the place and the year.",
            "Images come in several sizes and load late, so that the first page stays light on a train.",
            "The gallery works with keyboard and thumb, and the focus stays visible.",
            "Dark pictures stay readable on cheap screens, with a measurement or a comparison that shows it.",
            "The weight of each page was measured and is written down.",
            "A new series is published by dropping files into one folder, and the README says how.",
        ],
    ),
)
