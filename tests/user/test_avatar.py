"""Pictures of users over HTTP: what is taken, who sees them, and when they are gone."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from core.errors import NotFound
from core.storage import Storage, StorageUnavailable
from modules.user.services.avatars import Pictures
from tests.client import Person, sign_up
from tests.user.test_pictures import PICTURES, SECRET, chunk, gif, jpeg, png, segment

pytestmark = pytest.mark.anyio
ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client)


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(Storage(None, tmp_path), "a secret", ORIGIN)


async def put(person: Person, content: bytes, kind: str = "image/png") -> httpx.Response:
    return await person.request("PUT", "/users/me/avatar", content=content, headers={"content-type": kind})


async def shown(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.get(url.removeprefix(ORIGIN))


async def test_a_picture_is_shown_to_everybody_who_has_its_address(client: httpx.AsyncClient, nadia: Person) -> None:
    for kind, content in PICTURES.items():
        answer = await put(nadia, content, kind)
        assert answer.status_code == 200
        assert (await nadia.get("/users/me")).json() == answer.json()
        picture = await shown(client, answer.json()["image_url"])
        assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, kind, content)
        assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
        assert picture.headers["x-content-type-options"] == "nosniff"
        assert picture.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_picture_comes_in_a_form_too_and_is_shown_without_where_it_was_taken(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    file = ("me.jpg", jpeg(segment(0xFE, SECRET)), "image/jpeg")
    answer = await nadia.request("PUT", "/users/me/avatar", files={"file": file})
    assert answer.status_code == 200
    assert (await shown(client, answer.json()["image_url"])).content == jpeg()
    assert (await nadia.request("PUT", "/users/me/avatar", files={"file": file, "more": file})).status_code == 400


async def test_a_new_picture_takes_the_place_of_the_old_one(
    client: httpx.AsyncClient, nadia: Person, environ: dict[str, str]
) -> None:
    urls = [(await put(nadia, content)).json()["image_url"] for content in (png(), png(pixel=b"\0\xff\0"), png())]
    assert len(set(urls)) == 3
    assert [(await shown(client, url)).status_code for url in urls] == [404, 404, 200]
    kept = [path for path in (Path(environ["DATA_DIR"]) / "storage").rglob("*") if path.is_file()]
    assert len(kept) == 1


async def test_who_leaves_a_picture_of_somebody_else_leaves_it_to_them(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    url = (await put(nadia, png())).json()["image_url"]
    other = await sign_up(client)
    assert (await other.patch("/users/me", json={"image_url": url})).status_code == 200
    assert (await put(other, png())).status_code == 200
    assert (await shown(client, url)).status_code == 200


async def test_what_is_no_picture_of_a_fair_size_changes_nothing(nadia: Person) -> None:
    largest = 512 * 1024
    for content, kind, status in (
        (b"", "image/png", 400),
        (b"<svg onload='alert(1)'/>", "image/png", 415),
        (b"<svg onload='alert(1)'/>", "image/svg+xml", 415),
        (png(), "image/jpeg", 415),
        (png(), "application/json", 415),
        (png(), "text/html", 415),
        (png()[:-5], "image/png", 400),
        (jpeg()[:30], "image/jpeg", 400),
        (PICTURES["image/webp"][:-4], "image/webp", 400),
        (gif()[:-5], "image/gif", 400),
        (png(chunk(b"ruBb", b"x" * (largest + 1 - len(png()) - 12))), "image/png", 413),
        (png(chunk(b"ruBb", b"x" * (5 << 20))), "image/png", 413),
    ):
        answer = await put(nadia, content, kind)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (await nadia.get("/users/me")).json()["image_url"] is None
    assert (await put(nadia, png(chunk(b"ruBb", b"x" * (largest - len(png()) - 12))))).status_code == 200


async def test_a_storage_that_fails_is_told_and_changes_nothing(nadia: Person, environ: dict[str, str]) -> None:
    storage = Path(environ["DATA_DIR"]) / "storage"
    storage.parent.mkdir(exist_ok=True)
    storage.write_bytes(b"a file where a folder should be")
    answer = await put(nadia, png())
    assert (answer.status_code, answer.json()["detail"]) == (503, StorageUnavailable().detail)
    assert "retry-after" in answer.headers
    assert (await nadia.get("/users/me")).json()["image_url"] is None


async def test_any_other_name_is_not_there(client: httpx.AsyncClient) -> None:
    for name in ("x", "0" * 39, "..%2F..%2Fetc%2Fpasswd", "0" * 40, "A" * 40, "0" * 10_000, "%00"):
        assert (await client.get(f"/api/v1/avatars/{name}")).status_code in (400, 404)


async def test_nobody_puts_a_picture_without_a_log_in(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/v1/users/me/avatar", content=png(), headers={"content-type": "image/png"})
    assert answer.status_code == 401


async def test_a_picture_that_is_put_again_outlives_the_first(pictures: Pictures) -> None:
    """Two requests at once: one takes away what it replaced after the other has put the same again."""
    first, again = await pictures.keep(b"nadia", png()), await pictures.keep(b"nadia", png())
    await pictures.forget(first, b"nadia")
    assert (await pictures.show(again.rpartition("/")[2])).content == png()


async def test_only_the_owners_own_picture_is_forgotten(pictures: Pictures) -> None:
    url = await pictures.keep(b"nadia", png())
    name = url.rpartition("/")[2]
    for other in (None, "https://img.example/1", f"{url}0", url.replace(ORIGIN, "http://elsewhere.example"), url[:-40]):
        await pictures.forget(other, b"nadia")
    await pictures.forget(url, b"somebody else")
    assert (await pictures.show(name)).content == png()
    await pictures.forget(url, b"nadia")
    with pytest.raises(NotFound):
        await pictures.show(name)
    await pictures.forget(url, b"nadia")


async def test_a_picture_that_cannot_be_forgotten_now_is_left_over(tmp_path: Path) -> None:
    url = await Pictures(Storage(None, tmp_path / "elsewhere"), "a secret", ORIGIN).keep(b"nadia", png())
    place = tmp_path / "storage"
    place.write_bytes(b"a file where a folder should be")
    with capture_logs() as logs:
        await Pictures(Storage(None, place), "a secret", ORIGIN).forget(url, b"nadia")
    assert "a picture was left over" in [log["event"] for log in logs]


async def test_a_picture_that_the_profile_leaves_is_taken_away(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    headers = {"content-type": "image/png"}
    url = (await person.request("PUT", "/users/me/avatar", content=png(), headers=headers)).json()["image_url"]
    path = url[url.index("/api/v1/") :]
    assert (await client.get(path)).status_code == 200
    assert (await person.patch("/users/me", {"bio": "Still me."})).status_code == 200
    assert (await client.get(path)).status_code == 200
    assert (await person.patch("/users/me", {"image_url": None})).status_code == 200
    assert (await client.get(path)).status_code == 404
