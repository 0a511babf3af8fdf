"""The Arabic book."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.arabic.analysing import ANALYSING
from modules.simulations.offline.arabic.capabilities import ACCESS, COMMERCE
from modules.simulations.offline.arabic.capabilities_data import THINGS
from modules.simulations.offline.arabic.capabilities_people import CONTACT
from modules.simulations.offline.arabic.cast import CAST
from modules.simulations.offline.arabic.crafts_products import PRODUCTS
from modules.simulations.offline.arabic.crafts_screens import SCREENS
from modules.simulations.offline.arabic.crafts_systems import SYSTEMS
from modules.simulations.offline.arabic.hidden import HIDDEN
from modules.simulations.offline.arabic.interviewing import INTERVIEWING
from modules.simulations.offline.arabic.lines import LINES
from modules.simulations.offline.arabic.replies import REPLIES
from modules.simulations.offline.arabic.reviewing import REVIEWING
from modules.simulations.offline.arabic.sectors import PEOPLE, SECTORS
from modules.simulations.offline.arabic.voices import VOICES
from modules.simulations.offline.kinds import Book

BOOK: Final = Book(
    language="ar",
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
    last=" و",
)
