"""An admin who invites people, and what they do with the token."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.client import Person
from tests.user.mailbox import Mailbox

SUBJECT = "You are invited to Interna"


class Inviter:
    """An admin, a tenant, and the mails that go out."""

    def __init__(self, admin: Person, tenant: str, environ: dict[str, str]) -> None:
        self.admin = admin
        self.tenant = tenant
        self.path = f"/tenants/{tenant}/invitations"
        self.environ = environ

    async def invite(self, email: str, role: str = "member") -> dict[str, Any]:
        answer = await self.admin.post(self.path, {"email": email, "role": role})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def mailbox(self, email: str) -> Mailbox:
        return Mailbox(self.environ, email)

    async def token(self, email: str, role: str = "member") -> str:
        """The token that was mailed with a new invitation."""
        await self.invite(email, role)
        return await self.mailbox(email).token(SUBJECT)

    async def show(self, invitation: str) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.admin.get(f"{self.path}/{invitation}")).json()
        return shown


async def accept(person: Person, token: str) -> httpx.Response:
    return await person.post("/invitations/accept", {"token": token})


def address() -> str:
    return f"{uuid4().hex}@example.com"
