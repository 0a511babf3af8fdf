"""How a language is named to a model."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Language

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "ar": "Arabic"}
