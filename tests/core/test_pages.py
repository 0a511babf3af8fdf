"""Keyset pages: every row once, at the same cost everywhere, and cursors that nobody can make up."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.http.pages import FIRST_SLUG, NEWEST, OLDEST, Cursors, Page, Position
from tests.client import Person, log_in

NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, UTC)


class Entry(msgspec.Struct, frozen=True):
    at: datetime
    id: UUID | str


def entry(number: int) -> Entry:
    return Entry(NOON - timedelta(seconds=number), UUID(int=number))


def key(found: Entry) -> tuple[datetime, UUID | str]:
    return found.at, found.id


@pytest.fixture
def cursors() -> Cursors:
    return Cursors("k" * 32)


def page(cursors: Cursors, count: int, limit: int, of: str = "entries") -> Page[Entry]:
    return cursors.page([entry(number) for number in range(count)], limit, of=of, key=key)


def test_what_fits_on_one_page_has_no_cursor(cursors: Cursors) -> None:
    assert page(cursors, 0, 5) == Page([], None)
    assert page(cursors, 5, 5).next_cursor is None


def test_one_row_too_many_is_not_shown_and_makes_a_cursor(cursors: Cursors) -> None:
    found = page(cursors, 6, 5)
    assert len(found.items) == 5
    assert found.next_cursor is not None


def test_a_cursor_says_exactly_where_the_page_ended(cursors: Cursors) -> None:
    position = cursors.read(page(cursors, 6, 5).next_cursor, of="entries", start=NEWEST)
    assert (position.at, position.id) == (entry(4).at, entry(4).id)


@given(at=st.datetimes(timezones=st.just(UTC)), slug=st.text(max_size=100))
def test_any_time_and_any_key_survive_the_way_there_and_back(at: datetime, slug: str) -> None:
    cursors = Cursors("k" * 32)
    made = cursors.page([Entry(at, slug), Entry(at, "")], 1, of="entries", key=key).next_cursor
    assert made is not None
    assert made.isascii()
    assert cursors.read(made, of="entries", start=NEWEST) == Position(at, slug)


def test_without_a_cursor_a_list_starts_at_its_start(cursors: Cursors) -> None:
    assert cursors.read(None, of="entries", start=OLDEST) == OLDEST


@pytest.mark.parametrize("start", [NEWEST, OLDEST])
def test_the_starts_are_ids_that_a_database_can_compare_with(start: Position) -> None:
    assert UUID(start.key) == start.id
    assert start.at.tzinfo is UTC


def test_no_slug_comes_before_the_first() -> None:
    assert FIRST_SLUG.key == ""


def refuse(cursors: Cursors, cursor: str, of: str = "entries") -> None:
    with pytest.raises(Invalid) as raised:
        cursors.read(cursor, of=of, start=NEWEST)
    assert raised.value.path == "cursor"


def test_a_cursor_of_another_list_is_refused(cursors: Cursors) -> None:
    made = page(cursors, 6, 5, of="simulations").next_cursor
    assert made is not None
    refuse(cursors, made, of="messages")


def test_a_cursor_of_another_application_is_refused(cursors: Cursors) -> None:
    made = page(Cursors("x" * 32), 6, 5).next_cursor
    assert made is not None
    refuse(cursors, made)


def test_a_cursor_with_any_bit_turned_is_refused(cursors: Cursors) -> None:
    made = page(cursors, 6, 5).next_cursor
    assert made is not None
    raw = base64.urlsafe_b64decode(made + "=" * (-len(made) % 4))
    for place in range(len(raw) * 8):
        turned = bytearray(raw)
        turned[place // 8] ^= 1 << place % 8
        refuse(cursors, base64.urlsafe_b64encode(turned).rstrip(b"=").decode())


def test_a_cursor_cut_short_anywhere_is_refused(cursors: Cursors) -> None:
    made = page(cursors, 6, 5).next_cursor
    assert made is not None
    for length in range(len(made)):
        refuse(cursors, made[:length])


@given(st.text(max_size=600))
def test_no_text_is_a_cursor_by_chance_and_none_crashes(text: str) -> None:
    refuse(Cursors("k" * 32), text)


class TestAList:
    """The list of simulations, over HTTP, with times that many rows share."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def bob(self, client: httpx.AsyncClient, owner: psycopg.Connection) -> Person:
        owner.execute("DELETE FROM simulations.simulations")
        bob = await log_in(client, "bob@example.com", "bob-in-development")
        self.plant(owner, bob, 23, "now() - (number / 5) * interval '1 minute'")
        return bob

    def plant(self, owner: psycopg.Connection, bob: Person, many: int, at: str) -> None:
        owner.execute(
            f"""INSERT INTO simulations.simulations
                (tenant_id, user_id, title, context, difficulty, level, client_mood, team_mode, language, seed,
                 created_at)
            SELECT t.id, t.owner_id, 'number ' || number, 'x', 'easy', 1, 'friendly', 'solo', 'en', 1, {at}
            FROM authz.tenants t, generate_series(1, %s) number WHERE t.owner_id = %s""".encode(),
            (many, bob.user["id"]),
        )

    async def walk(self, bob: Person, limit: int) -> list[list[str]]:
        pages: list[list[str]] = []
        cursor: str | None = None
        while True:
            found = await bob.get("/simulations", params={"limit": limit, **({"cursor": cursor} if cursor else {})})
            assert found.status_code == 200, found.text
            pages.append([item["id"] for item in found.json()["items"]])
            cursor = found.json()["next_cursor"]
            if cursor is None:
                return pages

    @pytest.mark.parametrize(("limit", "pages"), [(1, 23), (5, 5), (22, 2), (23, 1), (100, 1)])
    async def test_every_row_is_shown_once(self, bob: Person, limit: int, pages: int) -> None:
        found = await self.walk(bob, limit)
        assert len(found) == pages
        assert len({item for page in found for item in page}) == sum(map(len, found)) == 23

    async def test_rows_that_come_and_go_meanwhile_shift_nothing(self, bob: Person, owner: psycopg.Connection) -> None:
        everything = [item for page in await self.walk(bob, 100) for item in page]
        first = (await bob.get("/simulations", params={"limit": 10})).json()
        self.plant(owner, bob, 4, "now() + interval '1 hour'")
        owner.execute("DELETE FROM simulations.simulations WHERE id = ANY(%s::uuid[])", (everything[3:5],))
        rest = (await bob.get("/simulations", params={"limit": 100, "cursor": first["next_cursor"]})).json()
        assert [item["id"] for item in rest["items"]] == everything[10:]

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "é" * 513}]
    )
    async def test_a_limit_or_a_cursor_that_cannot_be_is_a_400_that_names_it(
        self, bob: Person, query: dict[str, str]
    ) -> None:
        found = await bob.get("/simulations", params=query)
        assert found.status_code == 400
        assert next(iter(query)) in str(found.json()["errors"])
