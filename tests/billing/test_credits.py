"""Credits over HTTP: the balance and the ledger."""

import httpx
import psycopg
import pytest

from tests.client import sign_up

pytestmark = pytest.mark.anyio


async def test_a_new_user_has_one_entry_the_welcome_grant(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    page = (await person.get("/billing/credits/entries")).json()
    assert page["next_cursor"] is None
    (entry,) = page["items"]
    assert (entry["amount"], entry["kind"], entry["reason"], entry["balance_after"]) == (
        10,
        "grant",
        "welcome",
        10,
    )


async def test_the_ledger_pages_newest_first_without_gaps(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    person = await sign_up(client)
    owner.execute(
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after, created_at)"
        " SELECT tenant_id, 1, 'adjustment', 'n' || n, n, now() + make_interval(secs => n / 3)"
        " FROM authz.memberships, generate_series(1, 25) n WHERE user_id = %s",
        (person.user["id"],),
    )
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 7, **({"cursor": cursor} if cursor else {})}
        page = (await person.get("/billing/credits/entries", params=params)).json()
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 26
    times = owner.execute(
        "SELECT id::text FROM billing.credit_entries WHERE id = ANY(%s) ORDER BY created_at DESC, id DESC",
        (seen,),
    ).fetchall()
    assert [row[0] for row in times] == seen


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "9" * 30])
async def test_a_limit_out_of_bounds_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    person = await sign_up(client)
    answer = await person.get("/billing/credits/entries", params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "limit"


async def test_a_cursor_that_was_tampered_with_or_is_of_another_list_is_refused(
    client: httpx.AsyncClient,
) -> None:
    person = await sign_up(client)
    cursor = (await person.get("/tasks", params={"limit": 1})).json()["next_cursor"]
    assert cursor is not None
    for forged in (cursor, cursor[:-2] + "AA", "", "!", "A" * 600, cursor + "A"):
        answer = await person.get("/billing/credits/entries", params={"cursor": forged})
        assert answer.status_code == 400, forged
        assert answer.json()["errors"][0]["path"] == "cursor"


async def test_an_operator_sees_the_same_balance_in_the_ledger_and_on_the_account(
    owner: psycopg.Connection,
) -> None:
    wrong = owner.execute(
        "SELECT a.tenant_id FROM billing.credit_accounts a LEFT JOIN billing.credit_entries e USING (tenant_id)"
        " GROUP BY a.tenant_id, a.balance HAVING a.balance <> coalesce(sum(e.amount), 0)"
    ).fetchall()
    assert wrong == []
