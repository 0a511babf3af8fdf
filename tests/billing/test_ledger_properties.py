"""Grants, spends, holds, refunds, expiries, replays and crashes in any order: the ledger does what a few lists would.

25 runs with the suite; HYPOTHESIS_PROFILE=nightly makes them 400, longer ones.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.container import current_child
from core.database.errors import DatabaseUnavailable, OutcomeUnknown
from core.database.identity import Acting
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from core.module import Events
from modules.billing.domain import AlreadyRefunded, HoldExceeded, InsufficientCredits
from modules.billing.repositories import HoldRepository
from modules.billing.services import HoldExpiry
from tests.billing.ledger import BOB, Books, Ledger, ledger_on, soon
from tests.billing.ledger_model import Model, Spent

T = TypeVar("T")
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
RUNS, STEPS = (400, 60) if NIGHTLY else (25, 20)
AMOUNTS = st.integers(1, 40)
CRASHES = st.sampled_from([*[0] * 9, 1, 2, 3, 4, 5, -1])
"""Before which statement the connection is killed: none, the first, ..., or -1 the COMMIT."""


class Crashing(Transaction):
    """A transaction whose connection is killed before one of its statements."""

    __slots__ = ("before", "killer")

    def __init__(self, database: Database, tenant: UUID, before: int, killer: psycopg.Connection) -> None:
        super().__init__(database, Acting(BOB, tenant))
        self.before = before
        self.killer = killer

    async def _run(self, statement: Any, binds: dict[str, Any]) -> Any:
        if self.before == 1:
            await self.kill()
        self.before -= self.before > 0
        return await super()._run(statement, binds)

    async def commit(self) -> None:
        if self.before == -1:
            await self.kill()
        await super().commit()

    async def kill(self) -> None:
        pid = (await self.connection()).info.backend_pid
        self.killer.execute("SELECT pg_terminate_backend(%s, 1000)", (pid,))


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, ledger: Ledger, killer: psycopg.Connection) -> None:
        super().__init__()
        self.runner, self.ledger, self.killer = runner, ledger, killer
        self.model = Model()
        self.holds: list[tuple[UUID, int]] = []
        self.spends: list[tuple[UUID, Spent]] = []
        self.keyed: list[tuple[Callable[[Books], Awaitable[Any]], UUID]] = []

    @initialize()
    def begin(self) -> None:
        self.tenant = self.ledger.tenant()

    # --- what is done, and what comes of it

    @rule(amount=AMOUNTS, days=st.sampled_from([None, 1, 3, 30]), key=st.booleans(), crash=CRASHES)
    def grant(self, amount: int, days: int | None, key: bool, crash: int) -> None:
        said = {
            "expires_at": None if days is None else soon(days=days),
            "idempotency_key": (key and str(uuid4())) or None,
        }
        done, entry = self.do(lambda books: books.grant(amount, **said), crash)
        if done:
            self.model.grant(amount, days)
            self.remember(lambda books: books.grant(amount, **said), entry.id, key)

    @rule(amount=AMOUNTS, key=st.booleans(), crash=CRASHES)
    def spend(self, amount: int, key: bool, crash: int) -> None:
        said = {"idempotency_key": str(uuid4()) if key else None}
        if amount > self.model.free:
            self.refused(lambda books: books.spend(amount, **said), InsufficientCredits)
            return
        done, entry = self.do(lambda books: books.spend(amount, **said), crash)
        if done:
            self.spends.append((entry.id, self.model.spend(amount)))
            self.remember(lambda books: books.spend(amount, **said), entry.id, key)

    @rule(amount=AMOUNTS, crash=CRASHES)
    def hold(self, amount: int, crash: int) -> None:
        if amount > self.model.free:
            self.refused(lambda books: books.hold(amount), InsufficientCredits)
            return
        done, hold = self.do(lambda books: books.hold(amount), crash)
        if done:
            self.model.held += amount
            self.holds.append((hold.id, amount))

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0), used=st.none() | st.integers(0, 45), crash=CRASHES)
    def settle(self, which: int, used: int | None, crash: int) -> None:
        place = which % len(self.holds)
        hold_id, amount = self.holds[place]
        if used is not None and used > amount:
            self.refused(lambda books: books.settle(hold_id, used), HoldExceeded)
            return
        done, settled = self.do(lambda books: books.settle(hold_id, used), crash)
        if done:
            assert settled
            self.closed(place, amount if used is None else used)

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0), late=st.booleans(), crash=CRASHES)
    def void(self, which: int, late: bool, crash: int) -> None:
        place = which % len(self.holds)
        hold_id = self.holds[place][0]
        if late:
            self.ledger.age("credit_holds", hold_id)
            chore = HoldExpiry(self.ledger.database, lambda: HoldRepository(current_child().transaction), Events())
            assert self.runner.run(chore()) == 1
            self.closed(place, 0)
        elif self.do(lambda books: books.void(hold_id), crash)[0]:
            self.closed(place, 0)

    @precondition(lambda self: self.spends)
    @rule(which=st.integers(0), wanted=st.none() | AMOUNTS, key=st.booleans(), crash=CRASHES)
    def refund(self, which: int, wanted: int | None, key: bool, crash: int) -> None:
        entry_id, spent = self.spends[which % len(self.spends)]
        said = {"idempotency_key": str(uuid4()) if key else None}
        amount = spent.amount - spent.refunded if wanted is None else wanted
        if not 0 < amount <= spent.amount - spent.refunded:
            self.refused(lambda books: books.refund(entry_id, wanted, **said), AlreadyRefunded)
            return
        done, entry = self.do(lambda books: books.refund(entry_id, wanted, **said), crash)
        if done:
            self.model.refund(spent, amount)
            self.remember(lambda books: books.refund(entry_id, wanted, **said), entry.id, key)

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.ledger.owner.execute(
            "UPDATE billing.credit_grants SET expires_at = expires_at - make_interval(days => %s) WHERE tenant_id = %s",
            (days, self.tenant),
        )
        self.model.pass_days(days)

    @rule(crash=CRASHES)
    def sweep(self, crash: int) -> None:
        if self.do(lambda books: books.expire(), crash)[0]:
            self.model.expire()

    @precondition(lambda self: self.keyed)
    @rule(which=st.integers(0), crash=CRASHES)
    def replay(self, which: int, crash: int) -> None:
        again, entry_id = self.keyed[which % len(self.keyed)]
        done, entry = self.do(again, crash)
        assert not done or entry.id == entry_id

    # --- what must always hold

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        if not hasattr(self, "tenant"):
            return
        assert self.runner.run(self.once(lambda books: books.balance())) == (self.model.balance, self.model.held)
        assert self.ledger.remaining(self.tenant) == self.model.remaining
        assert self.ledger.kinds(self.tenant)[-5:] == self.model.entries[-5:]
        assert self.ledger.faults(self.tenant) == []

    # --- how

    def do(self, work: Callable[[Books], Awaitable[T]], crash: int) -> tuple[bool, Any]:
        """Whether it was done, and what it answered; a connection that was killed has done nothing."""
        try:
            return True, self.runner.run(self.crashing(work, crash))
        except (DatabaseUnavailable, OutcomeUnknown):
            assert crash != 0
            return False, None

    def refused(self, work: Callable[[Books], Awaitable[Any]], error: type[Exception]) -> None:
        try:
            self.runner.run(self.once(work))
        except error:
            return
        raise AssertionError(f"{error.__name__} was expected")

    def remember(self, work: Callable[[Books], Awaitable[Any]], entry_id: UUID, key: bool) -> None:
        if key:
            self.keyed.append((work, entry_id))

    def closed(self, place: int, used: int) -> None:
        _, amount = self.holds.pop(place)
        self.model.held -= amount
        if used:
            self.model.spend(used)

    async def once(self, work: Callable[[Books], Awaitable[T]]) -> T:
        async with self.ledger.books(self.tenant) as books:
            return await work(books)

    async def crashing(self, work: Callable[[Books], Awaitable[T]], crash: int) -> T:
        transaction = Crashing(self.ledger.database, self.tenant, crash, self.killer)
        try:
            answer = await work(Books(self.tenant, transaction))
            await transaction.commit()
            return answer
        finally:
            await transaction.rollback()


def test_the_ledger_does_what_a_few_lists_would_whatever_happens(shared_endpoints: Endpoints) -> None:
    with asyncio.Runner() as runner, psycopg.connect(shared_endpoints.runtime, autocommit=True) as killer:
        held = ledger_on(shared_endpoints, size=2)
        ledger = runner.run(held.__aenter__())
        try:
            run_state_machine_as_test(
                lambda: LedgerMachine(runner, ledger, killer),
                settings=settings(
                    max_examples=RUNS,
                    stateful_step_count=STEPS,
                    derandomize=not NIGHTLY,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(held.__aexit__(None, None, None))
