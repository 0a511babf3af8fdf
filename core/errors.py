"""What can go wrong, in the domain's words.

An error is a class whose docstring is the message and whose fields are the facts. The nine kinds below are the
only ones that the outside world can tell apart; `core.http.problems` maps each to a status once. A module
derives its own errors from them and never mentions HTTP.
"""

from __future__ import annotations

from typing import Any, ClassVar


class InternaError(Exception):
    """Something went wrong."""

    title: ClassVar[str] = ""

    def __init__(self, detail: str | None = None, **facts: Any) -> None:  # facts are whatever JSON can say
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.facts = facts
        super().__init__(self.detail)


class Unavailable(InternaError):
    """Something that we depend on does not answer; try again."""

    retry_after: int | None = 2


class Invalid(InternaError):
    """The input does not fit."""

    def __init__(self, detail: str | None = None, *, path: str | None = None, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.path = path


class Unauthenticated(InternaError):
    """Log in first."""


class Denied(InternaError):
    """You may not do this."""


class NotFound(InternaError):
    """There is nothing here that you can see."""


class Conflict(InternaError):
    """This does not fit what is already there."""

    retry_after: int | None = None


class Unprocessable(InternaError):
    """The request is well formed but contradicts an earlier one."""


class PaymentRequired(InternaError):
    """This costs more than there is."""


class TooMany(InternaError):
    """Too many requests; slow down."""

    def __init__(self, detail: str | None = None, *, retry_after: int, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after = retry_after


class TimedOut(InternaError):
    """It took too long."""


class BadUpstream(InternaError):
    """A service that we depend on gave an answer that makes no sense."""
