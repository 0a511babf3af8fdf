"""Acme as the seeds made it: alice is its admin, bob its only plain member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.client import Person, log_in

ACME = {"x-tenant-id": "acme"}
MEMBER_ID = "20000000-0000-4000-8000-000000000012"
ADMIN_ID = "20000000-0000-4000-8000-000000000011"
ALICE_ID = "00000000-0000-4000-8000-000000000001"
BOB_ID = "00000000-0000-4000-8000-000000000002"


@dataclass
class Acme:
    alice: Person
    bob: Person

    async def give(self, effect: str, resource: str, *actions: str, **more: Any) -> str:
        """A policy for the members of acme; its id."""
        wish = {"role_id": MEMBER_ID, "effect": effect, "resource": resource, "actions": actions, **more}
        answer = await self.alice.post("/tenants/acme/policies", wish)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def take(self, policy_id: str) -> None:
        answer = await self.alice.delete(f"/tenants/acme/policies/{policy_id}")
        assert answer.status_code == 204, answer.text

    async def take_all(self, resource: str) -> None:
        """All that the seeds let members do with a resource."""
        found = (await self.alice.get(f"/tenants/acme/policies?role_id={MEMBER_ID}&limit=100")).json()["items"]
        for policy in found:
            if policy["resource"] == resource:
                await self.take(policy["id"])

    async def simulation(self) -> str:
        """The one that the seeds gave bob."""
        return str((await self.bob.get("/simulations", headers=ACME)).json()["items"][0]["id"])


async def acme(client: httpx.AsyncClient) -> Acme:
    return Acme(
        await log_in(client, "alice@example.com", "alice-in-development"),
        await log_in(client, "bob@example.com", "bob-in-development"),
    )
