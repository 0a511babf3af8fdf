"""Callers whom a trusted issuer vouches for: what `core.http.caller` asks of this module."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from core.clock import Clock
from core.container import Child
from core.database.errors import AlreadyThere
from core.database.identity import Acting, Anonymous, Subject
from core.database.pool import Database
from core.module import Events
from core.settings import NamedSecrets
from modules.user.domain import AddressTaken, ArrivedForTenant
from modules.user.issuers.book import IssuerBook
from modules.user.issuers.claims import Bearer, bearer
from modules.user.issuers.refusals import IssuerNotTrusted, NoAddress
from modules.user.repositories import AccountRepository
from modules.user.repositories.accounts import Grant, TrustedIssuer
from modules.user.services.arrivals import AccountDeleted, Arrivals

if TYPE_CHECKING:
    from modules.user.issuers.verification import Find, Verified

Verify = Callable[[str, "Find", NamedSecrets, datetime], Awaitable["Verified"]]


class IssuedTokens:
    """Verifies the tokens of trusted issuers. `arrivals` resolves in the current unit of work."""

    def __init__(
        self,
        book: IssuerBook,
        database: Database,
        secrets: NamedSecrets,
        clock: Clock,
        arrivals: Callable[[], Arrivals],
        events: Events,
    ) -> None:
        self._book = book
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._arrivals = arrivals
        self._events = events
        self._verified: Verify | None = None

    async def verify(self, token: str, tenant: str | None) -> VouchedUser:
        """Who holds the token. The request acts for `tenant`, or else for the one that the token speaks of.

        Raises `TokenRefused`, `KeysUnavailable` and `IssuerMisconfigured`.
        """
        if self._verified is None:
            self._verified = await asyncio.to_thread(_load)
        found = await self._verified(token, self._book.find, self._secrets, self._clock())
        holder = bearer(found.claims, found.issuer)
        return VouchedUser(found.issuer, holder, tenant or holder.tenant, self._database, self._arrivals, self._events)


class VouchedUser:
    """The holder of a verified token."""

    def __init__(
        self,
        issuer: TrustedIssuer,
        holder: Bearer,
        tenant: str | None,
        database: Database,
        arrivals: Callable[[], Arrivals],
        events: Events,
    ) -> None:
        self._issuer = issuer
        self._holder = holder
        self._database = database
        self._arrivals = arrivals
        self._events = events
        self.identity = Subject(issuer.id, holder.identity.subject, holder.identity.email or "", tenant)

    async def settle(self) -> None:
        """Raises `TokenRefused`, `AccountDeleted`, `AddressTaken`, and what subscribers of `ArrivedForTenant` raise."""
        try:
            await self._settle()
        except (AlreadyThere, AddressTaken):  # by another request of the same user, perhaps, at first sight
            await self._settle()

    async def _settle(self) -> None:
        async with self._database.unit(Anonymous()) as unit:
            accounts = AccountRepository(unit.transaction)
            # The worker's book may be half a minute old, and a removed issuer must not make users any more.
            if all(row.id != self._issuer.id for row in await accounts.issuers()):
                raise IssuerNotTrusted
            user_id = await self._arrive(unit, accounts)
            for tenant in self._holder.member_of:
                await self._events.publish(ArrivedForTenant(user_id, tenant))

    async def _arrive(self, unit: Child, accounts: AccountRepository) -> UUID:
        """Without an address, only somebody whom we know already."""
        identity = self._holder.identity
        if identity.email is not None:
            return await self._arrivals().welcome(identity, Grant(), revive=False)
        found = await accounts.find(identity)
        if found is None or not found.linked:
            raise NoAddress
        if found.deleted:
            raise AccountDeleted
        await unit.transaction.become(Acting(found.user_id, None))
        return found.user_id


def _load() -> Verify:
    """In a thread: the cryptography takes a fifth of a second, once."""
    from modules.user.issuers.verification import verified

    return verified
