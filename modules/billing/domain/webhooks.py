"""Web hooks: which events are ours, and which subscription each speaks of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from core.errors import Invalid

WebhookOutcome = Literal["applied", "ignored"]

OURS: Final = frozenset(
    {
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.trial_will_end",
        "invoice.paid",
        "invoice.payment_failed",
    }
)
_YEAR_1: Final = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_YEAR_9999: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


class BadEvent(Invalid):
    """The body is signed and is no event."""


class _Data(msgspec.Struct, frozen=True):
    object: dict[str, Any]  # of whatever type and version the event is


class WebhookEvent(msgspec.Struct, frozen=True):
    """The envelope of an event; `created` is in seconds since 1970."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    type: Annotated[str, Meta(min_length=1, max_length=255)]
    created: Annotated[int, Meta(ge=_YEAR_1, le=_YEAR_9999)]
    data: _Data


class Mention(msgspec.Struct, frozen=True):
    """The subscription that an event speaks of, and the tenant that it says it is for."""

    subscription_id: str
    tenant_id: UUID | None


def read_event(body: bytes) -> WebhookEvent:
    """Raises `BadEvent`."""
    try:
        return msgspec.json.decode(body, type=WebhookEvent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadEvent from None


def mentioned(kind: str, thing: dict[str, Any]) -> Mention | None:
    """What is read of an event's object is ids only: what became of the subscription, the provider is asked.

    None where it is of no subscription, such as a single invoice. An invoice names its subscription in two ways: what
    version of its API Stripe sends events in is a setting of the account.
    """
    if kind.startswith("customer.subscription."):
        found = thing.get("id")
    elif kind.startswith("invoice."):
        details = _member(thing.get("parent"), "subscription_details")
        found = thing.get("subscription") or _member(details, "subscription")
    else:
        found = thing.get("subscription")
    found = found.get("id") if isinstance(found, dict) else found
    if not isinstance(found, str) or not 0 < len(found) <= 255:
        return None
    hints = (thing.get("client_reference_id"), _member(thing.get("metadata"), "tenant_id"))
    return Mention(found, next((tenant for hint in hints if (tenant := uuid_or_none(hint))), None))


def _member(thing: Any, name: str) -> Any:  # of whatever a JSON document says
    return thing.get(name) if isinstance(thing, dict) else None


def uuid_or_none(text: Any) -> UUID | None:  # metadata is whatever somebody wrote there
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
