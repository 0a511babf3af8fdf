"""The brief of the one ready simulation that development seeds make: what a newcomer to the platform opens first."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Brief, client_difficulty, client_mood, project_difficulty

_LEVEL: Final = 4
_SEED: Final = 21

SHOWCASE: Final = Brief(
    title="Morning orders for Brunner's bakery",
    context=(
        "Brunner's is a family bakery with two shops and a queue that reaches the tram stop. "
        "Customers want to order "
        "bread and cakes the evening before and choose a pickup time. They pay by card when they "
        "order. At three in "
        "the morning the bakers need one list of what to bake, and an item that is sold out must "
        "disappear from the "
        "shop at once. Regular customers would like to repeat last week's order with one tap, and "
        "they get a message "
        "when their order is ready."
    ),
    level=_LEVEL,
    language="en",
    team_mode="solo",
    difficulty=project_difficulty(_LEVEL),
    client_difficulty=client_difficulty(_LEVEL),
    client_mood=client_mood(_LEVEL, _SEED),
    seed=_SEED,
)
