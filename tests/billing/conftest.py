"""A ledger that the tests of one file share, the application without its routes, and payment providers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.bootstrap import Parent
from core.database.roles import Endpoints
from modules.billing.services import SubscriptionSync
from tests.billing.ledger import Ledger, ledger_on
from tests.billing.provider import NOW, Provider
from tests.billing.stripe_server import StripeServer, stripe_server
from tests.billing.subscribers import billing, connect


@pytest.fixture(scope="module")
async def ledger(shared_endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Ledger]:
    async with ledger_on(shared_endpoints) as found:
        yield found


@pytest.fixture
async def stripe(parent: Parent, anyio_backend: str) -> AsyncIterator[StripeServer]:
    """Stripe's API on loopback, which the application asks; what key it has, a file says in `environ`."""
    async with stripe_server() as server:
        connect(parent, server)
        yield server


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def opened(parent: Parent, anyio_backend: str) -> AsyncIterator[Parent]:
    await parent.open()
    yield parent
    await parent.close()


@pytest.fixture
def sync(opened: Parent, provider: Provider) -> SubscriptionSync:
    container = billing(opened)
    return SubscriptionSync(opened.database, provider, container.subscriptions, container.keeping, lambda: NOW)
