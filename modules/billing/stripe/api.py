"""What we ask of Stripe: customers, prices, the pages it hosts, and subscriptions as they are now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import msgspec
import structlog

from core.errors import InternaError
from modules.billing.domain.plans import Offer
from modules.billing.domain.subscriptions import ProviderSubscription
from modules.billing.stripe.answers import Created, Prices, Session, Subscription
from modules.billing.stripe.errors import BadStripeAnswer, NotAtStripe, NotConfigured, StripeUnavailable
from modules.billing.stripe.library import Library

if TYPE_CHECKING:
    import stripe

T = TypeVar("T")

API_URL: Final = "https://api.stripe.com"
RETRIES: Final = 2
# What the library itself fails with where an answer is JSON, but nothing that Stripe would say.
_NONSENSE: Final = (AttributeError, TypeError, KeyError, RecursionError)
_log = structlog.get_logger("interna.stripe")


class Stripe:
    """Calls to Stripe's API. Each raises `NotConfigured`, `StripeUnavailable` and `BadStripeAnswer`.

    `api_url` is where the API is; `seconds` is for one use with all its tries. No caller may hold a connection of the
    pool meanwhile.
    """

    def __init__(self, secret_key: str, library: Library, *, api_url: str = API_URL, seconds: float = 20.0) -> None:
        self.secret_key = secret_key
        self._library = library
        self.api_url = api_url
        self.seconds = seconds

    @property
    def configured(self) -> bool:
        return bool(self.secret_key)

    def demand(self) -> None:
        """Raises `NotConfigured`."""
        if not self.configured:
            raise NotConfigured("This installation has no STRIPE_SECRET_KEY.")

    async def new_customer(self, tenant_id: UUID, *, instead_of: str | None = None) -> str:
        """The customer's id; asked twice within a day, the same."""
        key = f"interna-customer-{tenant_id}-{instead_of}"
        async with self._line() as line:
            made = await line.v1.customers.create_async(
                {"metadata": {"tenant_id": str(tenant_id)}}, {"idempotency_key": key}
            )
            return _read(made, Created).id

    async def checkout(self, tenant_id: UUID, customer: str, offer: Offer, *, success_url: str, cancel_url: str) -> str:
        """The URL of a page that sells a subscription. Raises `NotAtStripe` where the customer is gone."""
        async with self._line() as line:
            about = {"tenant_id": str(tenant_id), "plan": offer.plan}
            session = await line.v1.checkout.sessions.create_async(
                {
                    "mode": "subscription",
                    "customer": customer,
                    "client_reference_id": str(tenant_id),
                    "line_items": [{"price": await _price(line, offer), "quantity": 1}],
                    "metadata": about,
                    "subscription_data": {"metadata": about},
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                }
            )
            return _read(session, Session).url

    async def portal(self, customer: str, *, return_url: str) -> str:
        """The URL of a page where the customer changes or ends the subscription. Raises `NotAtStripe`."""
        async with self._line() as line:
            session = await line.v1.billing_portal.sessions.create_async(
                {"customer": customer, "return_url": return_url}
            )
            return _read(session, Session).url

    async def subscription(self, subscription_id: str) -> ProviderSubscription:
        """The subscription as it is now. Raises `NotAtStripe`."""
        async with self._line() as line:
            found = await line.v1.subscriptions.retrieve_async(subscription_id, {"expand": ["latest_invoice"]})
            return _read(found, Subscription).translated()

    async def end(self, subscription_id: str, /) -> None:
        """End the subscription now, without a refund. Raises `NotAtStripe`, also where it was ended already."""
        async with self._line() as line:
            _read(await line.v1.subscriptions.cancel_async(subscription_id), Created)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[stripe.StripeClient]:
        self.demand()
        trust = await self._library.load()
        import stripe

        from modules.billing.stripe.transport import BoundedClient

        http = BoundedClient(trust, self.seconds / 2)
        try:
            async with asyncio.timeout(self.seconds):
                yield stripe.StripeClient(
                    self.secret_key,
                    base_addresses={"api": self.api_url},
                    http_client=http,
                    max_network_retries=RETRIES,
                )
        except (TimeoutError, stripe.StripeError, msgspec.ValidationError, *_NONSENSE) as error:
            raise _failure(error) from None  # what it says may quote a part of the key
        finally:
            await http.close_async()


async def _price(line: stripe.StripeClient, offer: Offer) -> str:
    """The price at Stripe that is what our catalogue offers, made where there is none.

    So the catalogue alone says what things cost, and a new installation needs a key and nothing else. Who changes the
    catalogue makes a new price; subscriptions of the old one keep theirs, and its metadata still names the plan.
    """
    listed = await line.v1.prices.list_async({"lookup_keys": [offer.lookup_key], "active": True})
    for price in _read(listed, Prices).data:
        if (price.unit_amount, price.currency, price.metadata.get("plan")) == (offer.cents, offer.currency, offer.plan):
            return price.id
    made = await line.v1.prices.create_async(
        {
            "currency": offer.currency,
            "unit_amount": offer.cents,
            "recurring": {"interval": offer.interval},
            "product_data": {"name": offer.name, "metadata": {"plan": offer.plan}},
            "metadata": {"plan": offer.plan},
            "lookup_key": offer.lookup_key,
            "transfer_lookup_key": True,
        },
        {"idempotency_key": f"{offer.lookup_key}-{offer.currency}-{offer.cents}"},
    )
    return _read(made, Created).id


def _read(answer: Any, into: type[T]) -> T:  # one of the library's objects, unless Stripe answers nonsense
    return msgspec.convert(answer.to_dict(), into)


def _failure(error: Exception) -> InternaError:
    import stripe

    status = getattr(error, "http_status", None)
    _log.warning("Stripe failed", why=type(error).__name__, status=status, request=getattr(error, "request_id", None))
    if isinstance(error, (TimeoutError, stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError)):
        return StripeUnavailable()
    if status is not None and status >= 500:
        return StripeUnavailable()
    if isinstance(error, stripe.InvalidRequestError) and error.code == "resource_missing":
        return NotAtStripe()
    return BadStripeAnswer() if status in (None, 200) else BadStripeAnswer(f"The payment provider answered {status}.")
