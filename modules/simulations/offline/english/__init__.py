"""The English book."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.english.analysing import ANALYSING
from modules.simulations.offline.english.capabilities import ACCESS, COMMERCE
from modules.simulations.offline.english.capabilities_data import THINGS
from modules.simulations.offline.english.capabilities_people import CONTACT
from modules.simulations.offline.english.cast import CAST
from modules.simulations.offline.english.crafts_products import PRODUCTS
from modules.simulations.offline.english.crafts_screens import SCREENS
from modules.simulations.offline.english.crafts_systems import SYSTEMS
from modules.simulations.offline.english.hidden import HIDDEN
from modules.simulations.offline.english.interviewing import INTERVIEWING
from modules.simulations.offline.english.lines import LINES
from modules.simulations.offline.english.replies import REPLIES
from modules.simulations.offline.english.reviewing import REVIEWING
from modules.simulations.offline.english.sectors import PEOPLE, SECTORS
from modules.simulations.offline.english.voices import VOICES
from modules.simulations.offline.kinds import Book

BOOK: Final = Book(
    language="en",
    capabilities={**COMMERCE, **ACCESS, **CONTACT, **THINGS},
    crafts={**SCREENS, **PRODUCTS, **SYSTEMS},
    sectors=SECTORS,
    voices=VOICES,
    people=PEOPLE,
    lines=LINES,
    cast=CAST,
    replies=REPLIES,
    hidden=HIDDEN,
    reviewing=REVIEWING,
    interviewing=INTERVIEWING,
    analysing=ANALYSING,
    last=" and ",
)
