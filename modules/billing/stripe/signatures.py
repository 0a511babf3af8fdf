"""Whether a webhook is Stripe's: signed with a secret that only it and we know, and not long ago."""

from __future__ import annotations

from typing import Final

from modules.billing.stripe.errors import BadSignature, NotConfigured
from modules.billing.stripe.library import Library

TOLERANCE_SECONDS: Final = 300
"""What Stripe recommends (docs.stripe.com/webhooks, "replay attacks")."""


class Signatures:
    """Knows the secrets: several while one takes another's place."""

    def __init__(self, secrets: tuple[str, ...], library: Library) -> None:
        self._secrets = secrets
        self._library = library

    async def check(self, body: bytes, header: str | None) -> None:
        """Raises `BadSignature`, and `NotConfigured` where there is no secret."""
        if not self._secrets:
            raise NotConfigured("This installation has no STRIPE_WEBHOOK_SECRET.")
        if not header or not header.isascii():
            raise BadSignature
        await self._library.load()
        if not any(_fits(body, header, secret) for secret in self._secrets):
            raise BadSignature


def _fits(body: bytes, header: str, secret: str) -> bool:
    import stripe

    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
