"""The logged-in user's own profile, and the onboarding."""

import httpx
import pytest

from tests.client import sign_up

pytestmark = pytest.mark.anyio


async def test_a_patch_changes_what_it_names_and_nothing_else(client: httpx.AsyncClient) -> None:
    person = await sign_up(client, name="Before", region="Giza")
    changed = await person.patch("/users/me", {"bio": "I like maps", "interests": ["maps", "sql"]})
    assert changed.status_code == 200
    body = changed.json()
    assert (body["bio"], body["interests"], body["name"], body["region"]) == (
        "I like maps",
        ["maps", "sql"],
        "Before",
        "Giza",
    )
    assert (await person.get("/users/me")).json() == body


async def test_null_empties_what_may_be_empty(client: httpx.AsyncClient) -> None:
    person = await sign_up(client, region="Giza")
    assert (await person.patch("/users/me", {"region": None})).json()["region"] is None
    assert (await person.patch("/users/me", {"name": None})).status_code == 400


async def test_an_empty_patch_is_the_user_unchanged(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    assert (await person.patch("/users/me", {})).json() == person.user


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"name": "x"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"field": "cooking"}, "field"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        ({"interests": "maps"}, "interests"),
        ({"interests": [""]}, "interests[0]"),
        ({"bio": 5}, "bio"),
    ],
)
async def test_what_does_not_fit_is_named_by_its_path(
    client: httpx.AsyncClient, patch: dict[str, object], path: str
) -> None:
    person = await sign_up(client)
    answer = await person.patch("/users/me", patch)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"].replace("[...]", "[0]") == path


async def test_the_onboarding_says_what_is_missing_until_it_is_complete(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    assert person.user["onboarding"] == {"status": "pending", "missing": ["interests"]}
    refused = await person.post(
        "/users/me/onboarding", {"field": "data", "experience_level": "junior", "interests": []}
    )
    assert refused.status_code == 400
    done = await person.post(
        "/users/me/onboarding", {"field": "data", "experience_level": "junior", "interests": ["sql"]}
    )
    assert done.status_code == 200
    assert done.json()["onboarding"] == {"status": "completed", "missing": []}
    assert (await person.get("/users/me")).json()["experience_level"] == "junior"
