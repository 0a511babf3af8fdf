"""What can go wrong on the way to a provider and back."""

from __future__ import annotations

from core.errors import BadUpstream, Invalid, Unavailable


class BadSignIn(Invalid):
    """This sign-in was not begun in this browser; begin again."""


class SignInExpired(BadSignIn):
    """This sign-in took longer than ten minutes; begin again."""


class SignInRefused(BadSignIn):
    """The provider did not let you sign in: you or somebody who may decide it said no."""


class CodeRefused(BadSignIn):
    """The provider does not accept this code, as it is used, too old or somebody else's; begin again."""


class ProviderUnavailable(Unavailable):
    """The provider does not answer at the moment; begin again a little later."""


class BadProviderAnswer(BadUpstream):
    """The provider gave an answer that makes no sense."""
