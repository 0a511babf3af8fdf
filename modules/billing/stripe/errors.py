"""What can go wrong with Stripe, in the domain's words. None of them repeats what Stripe says: it may quote a key."""

from __future__ import annotations

from core.errors import BadUpstream, Invalid, Unavailable


class NotConfigured(Unavailable):
    """Payments are not configured on this installation."""

    retry_after = None  # somebody has to do something first


class StripeUnavailable(Unavailable):
    """The payment provider does not answer at the moment; try again."""

    retry_after = 5


class BadStripeAnswer(BadUpstream):
    """The payment provider gave an answer that makes no sense."""


class NotAtStripe(BadStripeAnswer):
    """The payment provider does not know this."""


class BadSignature(Invalid):
    """The signature is missing, wrong or too old."""
