"""Stripe's library, loaded when it is first needed."""

from __future__ import annotations

import asyncio
import ssl


class Library:
    """Loads once, in a thread."""

    def __init__(self) -> None:
        self._trust: ssl.SSLContext | None = None

    async def load(self) -> ssl.SSLContext:
        """The certificates that are trusted; the library can be imported from now on."""
        if self._trust is None:
            self._trust = await asyncio.to_thread(_load)
        return self._trust


def _load() -> ssl.SSLContext:
    import logging

    import httpx2
    import stripe

    import modules.billing.stripe.transport  # noqa: F401

    stripe.enable_telemetry = False  # it would leave a file in somebody's home
    # What Stripe says of a refusal may quote a part of the key.
    logging.getLogger("stripe").setLevel(logging.CRITICAL)
    return httpx2.create_ssl_context(trust_env=False)
