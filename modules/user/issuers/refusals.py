"""Why a token is not accepted: one short text for the developer who reads it, and never a part of the token."""

from __future__ import annotations

from core.errors import Unauthenticated, Unavailable


class TokenRefused(Unauthenticated):
    """This token is not accepted."""


class IssuerNotTrusted(TokenRefused):
    """The token's issuer is not trusted here."""


class NoAddress(TokenRefused):
    """The token gives no usable email address, and without one there can be no account."""


class IssuerMisconfigured(Unavailable):
    """The secret of this token's issuer is not set up here; its operator has to see to that."""

    retry_after = None
