"""A payment provider in a few lines: it tells what a test says, and lets a test hold an answer back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from modules.billing.domain.periods import months_after
from modules.billing.domain.subscriptions import ProviderSubscription
from tests.billing.subscribers import Account

START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=5)
NOW = START + timedelta(days=5, hours=12)
FREE = Account("free", "standard", [], 5, 0)
PRO = Account("pro", "standard", ["advanced-analytics"], 25, 200)
ENTERPRISE = Account("enterprise", "enterprise", ["advanced-analytics", "sso", "audit-log"], 100, 2000)


def by_provider(name: str, tenant: UUID, **more: Any) -> ProviderSubscription:
    usual: dict[str, Any] = {
        "id": name,
        "customer_id": f"cus_{name}",
        "tenant_id": tenant,
        "plan": "pro",
        "status": "active",
        "period_start": START,
        "period_end": months_after(START, 1),
        "cancel_at_period_end": False,
        "ended_at": None,
        "paid": True,
    }
    return ProviderSubscription(**{**usual, **more})


class Provider:
    """Tells what a test says; a question may be kept waiting after it was read."""

    def __init__(self) -> None:
        self.told: dict[str, ProviderSubscription] = {}
        self.slow: dict[str, asyncio.Event] = {}
        self.asked = 0

    async def subscription(self, subscription_id: str, /) -> ProviderSubscription:
        self.asked += 1
        answer = self.told[subscription_id]
        if (gate := self.slow.pop(subscription_id, None)) is not None:
            await gate.wait()
        return answer
