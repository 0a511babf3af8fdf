"""Signing in with an account elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

import msgspec

from core.clock import Clock
from core.database.errors import AlreadyThere
from core.database.identity import Anonymous
from core.database.transaction import Transaction
from core.errors import NotFound
from modules.user.contracts import LoggedIn
from modules.user.domain import AddressTaken, Device
from modules.user.oauth import BadSignIn, Flow, Landings, Provider, ProviderUnavailable
from modules.user.oauth.errors import SignInRefused
from modules.user.services.arrivals import Arrivals
from modules.user.services.sessions import SessionStart

_LATER: Final = frozenset({"temporarily_unavailable", "server_error"})  # RFC 6749, 4.1.2.1


class Departure(msgspec.Struct, frozen=True):
    """`url` is the provider's; `cookie` stays with the browser until it comes back."""

    url: str
    cookie: str


class Callback(msgspec.Struct, frozen=True):
    """What the browser brings back from a provider."""

    code: str | None = None
    state: str | None = None
    iss: str | None = None
    error: str | None = None


class Landed(msgspec.Struct, frozen=True):
    """`landing` is where the browser wanted to go, or None."""

    entered: LoggedIn
    landing: str | None


class OAuthSignIn:
    """Sends a browser to a provider, and lets in whoever comes back."""

    def __init__(
        self,
        transaction: Transaction,
        providers: Mapping[str, Provider],
        flow: Flow,
        landings: Landings,
        arrivals: Arrivals,
        session_start: SessionStart,
        clock: Clock,
    ) -> None:
        self._tx = transaction
        self._providers = providers
        self._flow = flow
        self._landings = landings
        self._arrivals = arrivals
        self._start_session = session_start
        self._clock = clock

    async def begin(self, name: str, return_to: str | None) -> Departure:
        """Raises `NotFound`, `BadLanding`, `ProviderUnavailable` and `BadProviderAnswer`."""
        provider = self._provider(name)
        landing = None if return_to is None else self._landings.check(return_to)
        begun = self._flow.begin(name, landing, secret=secrets.token_bytes(32), now=self._clock())
        return Departure(await provider.departure(begun.proofs), begun.cookie)

    async def finish(self, name: str, callback: Callback, cookie: str, device: Device) -> Landed:
        """Raises `NotFound`, `BadSignIn`, `ProviderUnavailable`, `BadProviderAnswer`, and what `Arrivals` does.

        The transaction is opened after the provider has said everything: nobody waits for it with a connection.
        """
        provider = self._provider(name)
        returned = self._flow.finish(name, cookie, callback.state, now=self._clock())
        await provider.check_issuer(callback.iss)
        if callback.error is not None:
            raise _refusal(callback.error)
        if not callback.code:
            raise BadSignIn("The provider sent you back without a code; begin again.")
        identity, grant = await provider.arrive(callback.code, returned.proofs)
        try:
            user_id = await self._arrivals.welcome(identity, grant)
        except (AlreadyThere, AddressTaken):
            # Perhaps the same person, twice at the same moment; the code is used up, so look again instead.
            await self._tx.rollback()
            self._tx.identity = Anonymous()
            user_id = await self._arrivals.welcome(identity, grant)
        return Landed(await self._start_session(user_id, device), returned.landing)

    def _provider(self, name: str) -> Provider:
        if (found := self._providers.get(name)) is None:
            raise NotFound("There is no such provider.")
        return found


def _refusal(error: str) -> BadSignIn | ProviderUnavailable:
    if error in _LATER:
        return ProviderUnavailable()
    if error == "access_denied":
        return SignInRefused()
    return SignInRefused("The provider did not let you sign in; begin again.")
