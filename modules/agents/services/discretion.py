"""What a model was told in confidence stays there: an answer that repeats it is none."""

from __future__ import annotations

from typing import Final

from modules.agents.models.protocol import ModelFailed

_TELLING: Final = 50
"""Characters in a row, spaces not counted, that nobody says by chance."""


class Discretion:
    """Listens to one answer. It notices words that are repeated, in whatever spacing and case; not what they mean."""

    def __init__(self, confidential: str) -> None:
        self._confidential = _plain(confidential)
        self._last = ""

    def hear(self, text: str) -> None:
        """The next piece, before anybody else hears it. Raises `ModelFailed`."""
        if not self._confidential:
            return
        said = self._last + _plain(text)
        if any(said[at : at + _TELLING] in self._confidential for at in range(len(said) - _TELLING + 1)):
            raise ModelFailed("The language model repeated its instructions.")
        self._last = said[-_TELLING + 1 :]


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
