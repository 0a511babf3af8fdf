"""The parent container and its children: what lives as long as a request, and nothing longer."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence
from typing import Any

import pytest
from dependency_injector import containers, providers

from core.bootstrap import Parent, WiringError, bootstrap
from core.container import CoreContainer, FromChild, Scoped, current_child
from core.database.identity import Acting, Anonymous
from core.database.roles import Endpoints
from core.database.seeding import seed_id
from core.database.transaction import Transaction
from core.http.caller import Sessions
from core.module import Module

NOWHERE = Endpoints(runtime="postgresql://nobody@127.0.0.1:1/nothing")
ALICE = Acting(seed_id(0, 1), seed_id(1, 1))


class Shelf:
    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction


class Library:
    def __init__(self, shelf: Shelf, city: str, sessions: Sessions) -> None:
        self.shelf = shelf
        self.city = city
        self.sessions = sessions


class LibraryContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()

    city = providers.Object("Alexandria")
    shelf = Scoped(Shelf, transaction=core.transaction)
    library = Scoped(Library, shelf=shelf, city=city, sessions=core.sessions)


class Town:
    """A parent with one module, and that module's container."""

    def __init__(self) -> None:
        self.parent = bootstrap(self._compose, {}, endpoints=NOWHERE)

    def _compose(self, core: CoreContainer) -> Sequence[Module]:
        self.container = LibraryContainer(core=core)
        return [Module(name="library", container=self.container)]


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_child_makes_one_instance(town: Town) -> None:
    with town.parent.child() as child:
        library = town.container.library()
        assert library is town.container.library()
        assert library.shelf is town.container.shelf()
        assert library.shelf.transaction is child.transaction


def test_two_children_make_two_instances(town: Town) -> None:
    with town.parent.child():
        first = town.container.library()
    with town.parent.child():
        assert town.container.library() is not first
        assert town.container.shelf() is not first.shelf


def test_what_belongs_to_no_request_is_shared_by_all_children(town: Town) -> None:
    with town.parent.child():
        first = town.container.library().sessions
    with town.parent.child():
        assert town.container.library().sessions is first


def test_no_child_and_nothing_it_made_outlives_its_request(town: Town) -> None:
    made: list[weakref.ref[Any]] = []
    gc.disable()
    try:
        for _ in range(10_000):
            with town.parent.child(ALICE) as child:
                made += (weakref.ref(child), weakref.ref(town.container.library()))
            del child
        assert len(made) == 20_000
        assert sum(reference() is not None for reference in made) == 0
    finally:
        gc.enable()


def test_outside_a_child_there_is_nothing_to_resolve(town: Town) -> None:
    with pytest.raises(LookupError):
        town.container.library()
    with pytest.raises(LookupError):
        current_child()


def test_a_child_that_failed_is_no_longer_current(town: Town) -> None:
    with town.parent.child() as outer:
        with pytest.raises(ZeroDivisionError), town.parent.child():
            raise ZeroDivisionError
        assert current_child() is outer


def test_overriding_a_provider_is_seen_and_undone(town: Town) -> None:
    with town.parent.child(), town.container.city.override(providers.Object("Cairo")):
        assert town.container.library().city == "Cairo"
    with town.parent.child():
        assert town.container.library().city == "Alexandria"


def test_overriding_a_scoped_provider_is_seen_and_undone(town: Town) -> None:
    mine = Shelf.__new__(Shelf)
    with town.container.shelf.override(providers.Object(mine)), town.parent.child():
        assert town.container.library().shelf is mine
    with town.parent.child():
        assert town.container.library().shelf is not mine


def test_two_parents_do_not_share_instances() -> None:
    first, second = Town(), Town()
    with first.parent.child():
        one = first.container.library()
        two = second.container.library()
    assert one is not two
    assert one.sessions is not two.sessions


def refusal(container: type[containers.DeclarativeContainer]) -> str:
    with pytest.raises(WiringError) as raised:
        bootstrap(lambda core: [Module(name="faulty", container=container(core=core))], {}, endpoints=NOWHERE)
    return str(raised.value)


def test_a_missing_argument_stops_the_start() -> None:
    class Faulty(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        library = Scoped(Library, shelf=Scoped(Shelf, transaction=core.transaction), city=providers.Object("x"))

    assert refusal(Faulty).startswith("faulty.library: ")
    assert "sessions" in refusal(Faulty)


def test_an_argument_that_nobody_takes_stops_the_start() -> None:
    class Faulty(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        shelf = Scoped(Shelf, transaction=core.transaction, width=providers.Object(3))

    assert "width" in refusal(Faulty)


def test_a_dependency_that_nobody_gives_stops_the_start() -> None:
    class Faulty(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        credits: providers.Dependency[Transaction] = providers.Dependency()
        shelf = Scoped(Shelf, transaction=credits)

    assert refusal(Faulty).startswith("faulty.")


def test_something_that_the_core_does_not_have_stops_the_start() -> None:
    class Faulty(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        shelf = Scoped(Shelf, transaction=core.transactions)

    assert refusal(Faulty).startswith("faulty.shelf")


def test_a_singleton_that_would_keep_a_requests_transaction_stops_the_start() -> None:
    class Faulty(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        shelf = providers.Singleton(Shelf, transaction=core.transaction)

    assert refusal(Faulty).startswith("faulty.shelf")


@pytest.mark.anyio
async def test_a_unit_of_work_inside_a_request_does_not_disturb_it(town: Town) -> None:
    with town.parent.child(Anonymous()) as request:
        shelf = town.container.shelf()
        async with town.parent.database.unit(ALICE) as unit:
            assert town.container.shelf().transaction is unit.transaction
            assert (unit.user_id, unit.tenant_id) == (ALICE.user_id, ALICE.tenant_id)
        assert current_child() is request
        assert town.container.shelf() is shelf


@pytest.mark.anyio
async def test_a_unit_of_work_that_fails_gives_the_request_back(town: Town) -> None:
    with town.parent.child() as request:
        with pytest.raises(ZeroDivisionError):
            async with town.parent.database.unit(ALICE):
                raise ZeroDivisionError
        assert current_child() is request


@pytest.mark.anyio
async def test_tasks_at_the_same_time_do_not_see_each_others_child(town: Town) -> None:
    async def request(number: int) -> None:
        who = Acting(seed_id(0, number), None)
        with town.parent.child(who) as child:
            library = town.container.library()
            for _ in range(5):
                await asyncio.sleep(0)
                assert current_child() is child
                assert town.container.library() is library
                assert library.shelf.transaction.identity == who

    await asyncio.gather(*(request(number) for number in range(200)))


@pytest.mark.anyio
async def test_a_task_started_in_a_request_begins_in_its_child_and_leaves_it_alone(town: Town) -> None:
    async def aside() -> Transaction:
        assert current_child() is request
        async with town.parent.database.unit(ALICE) as unit:
            await asyncio.sleep(0.01)
            return unit.transaction

    with town.parent.child() as request:
        task = asyncio.create_task(aside())
        await asyncio.sleep(0.005)
        assert current_child() is request
        assert await task is not request.transaction


def test_a_child_knows_for_whom_it_acts_or_says_that_it_does_not(town: Town) -> None:
    with town.parent.child(ALICE) as child:
        assert (child.user_id, child.tenant_id) == (ALICE.user_id, ALICE.tenant_id)
    with town.parent.child() as child:
        with pytest.raises(LookupError, match="no user"):
            _ = child.user_id
        with pytest.raises(LookupError, match="no tenant"):
            _ = child.tenant_id
        with pytest.raises(LookupError, match="no caller"):
            town.parent.core.caller()


def test_a_value_of_the_child_can_be_overridden(town: Town) -> None:
    mine = Transaction(town.parent.database)
    provider: FromChild[Transaction] = town.parent.core.transaction
    with provider.override(providers.Object(mine)), town.parent.child():
        assert town.container.shelf().transaction is mine


def test_the_whole_application_resolves_without_a_database(parent: Parent) -> None:
    assert [module.name for module in parent.modules][:2] == ["user", "authorization"]
    parent.verify()
