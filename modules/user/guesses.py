"""What other modules let be guessed: a few times only, counted as log-ins are."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

from modules.user.domain import Device


class Guesses(Protocol):
    """Counts what fails per account, per network address and in all."""

    def failures(self, trial: Literal["member"], account: str, device: Device) -> AbstractAsyncContextManager[None]:
        """What is tried inside counts unless it succeeds. The transaction is committed before, and rolled back on an
        error. Raises `TooMany`."""
        ...
