"""Stripe, through its own library: what we ask of it, and whether a message is really its own.

The library is imported by the first call (half a second, in a thread): most processes never need it.
"""

from modules.billing.stripe.api import API_URL, Stripe
from modules.billing.stripe.errors import BadSignature, BadStripeAnswer, NotAtStripe, NotConfigured, StripeUnavailable
from modules.billing.stripe.library import Library
from modules.billing.stripe.signatures import Signatures

__all__ = [
    "API_URL",
    "BadSignature",
    "BadStripeAnswer",
    "Library",
    "NotAtStripe",
    "NotConfigured",
    "Signatures",
    "Stripe",
    "StripeUnavailable",
]
