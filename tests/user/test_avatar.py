"""Pictures: what is taken, what is taken out of them, and who sees them."""

from __future__ import annotations

import zlib
from pathlib import Path

import httpx
import pytest

from core.errors import Invalid
from modules.user.pictures import kind_of, without_metadata
from tests.client import Person, sign_up

pytestmark = pytest.mark.anyio
SECRET = b"taken at 31.2001 N 29.9187 E"


def chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def png(*extra: bytes, pixel: bytes = b"\0\xff\0\0") -> bytes:
    """One pixel."""
    header = chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\x02\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(pixel)) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def jpeg(*extra: bytes) -> bytes:
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    return start + b"".join(extra) + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\1\1\0\0?\0") + b"\x12\x34\xff\xd9"


def riff(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def webp(*extra: bytes, flags: int = 0) -> bytes:
    chunks = riff(b"VP8X", bytes([flags]) + b"\0" * 9) + riff(b"VP8 ", b"pixels!") + b"".join(extra)
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


GIF = b"GIF89a\1\0\1\0\0\0\0;"
PICTURES = {"image/png": png(), "image/jpeg": jpeg(), "image/webp": webp(), "image/gif": GIF}


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client)


async def put(person: Person, content: bytes, kind: str) -> httpx.Response:
    return await person.request("PUT", "/users/me/avatar", content=content, headers={"content-type": kind})


async def shown(client: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    return await client.get(answer.json()["image_url"].removeprefix("http://127.0.0.1:8000"))


@pytest.mark.parametrize("kind", PICTURES)
async def test_a_picture_is_shown_to_everybody_who_has_its_address(
    client: httpx.AsyncClient, nadia: Person, kind: str
) -> None:
    answer = await put(nadia, PICTURES[kind], kind)
    assert answer.status_code == 200
    assert (await nadia.get("/users/me")).json() == answer.json()
    picture = await shown(client, answer)
    assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, kind, PICTURES[kind])
    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_picture_comes_in_a_form_too(client: httpx.AsyncClient, nadia: Person) -> None:
    answer = await nadia.request("PUT", "/users/me/avatar", files={"file": ("me.png", png(), "image/png")})
    assert answer.status_code == 200
    assert (await shown(client, answer)).content == png()
    two = {"file": ("a.png", png(), "image/png"), "more": ("b.png", png(), "image/png")}
    assert (await nadia.request("PUT", "/users/me/avatar", files=two)).status_code == 400


async def test_a_new_picture_takes_the_place_of_the_old_one(
    client: httpx.AsyncClient, nadia: Person, environ: dict[str, str]
) -> None:
    first = await put(nadia, png(), "image/png")
    second = await put(nadia, png(pixel=b"\0\0\xff\0"), "image/png")
    again = await put(nadia, png(pixel=b"\0\0\xff\0"), "image/png")
    assert first.json()["image_url"] != second.json()["image_url"] == again.json()["image_url"]
    assert (await shown(client, first)).status_code == 404
    assert (await shown(client, second)).status_code == 200
    kept = [path for path in (Path(environ["DATA_DIR"]) / "storage").rglob("*") if path.is_file()]
    assert len(kept) == 1


async def test_the_same_picture_of_two_users_has_two_addresses(client: httpx.AsyncClient, nadia: Person) -> None:
    other = await sign_up(client)
    mine, theirs = await put(nadia, png(), "image/png"), await put(other, png(), "image/png")
    assert mine.json()["image_url"] != theirs.json()["image_url"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "image/png", 400),
        (b"<svg onload='alert(1)'/>", "image/png", 415),
        (b"<svg onload='alert(1)'/>", "image/svg+xml", 415),
        (png(), "image/jpeg", 415),
        (png(), "application/json", 415),
        (png(), "text/html", 415),
        (png()[:-5], "image/png", 400),
        (jpeg()[:30], "image/jpeg", 400),
        (webp()[:-4], "image/webp", 400),
        (b"GIF89a", "image/gif", 400),
        (png(chunk(b"ruBb", b"x" * 512 * 1024)), "image/png", 413),
        (png(chunk(b"ruBb", b"x" * (2 << 20))), "image/png", 413),
    ],
)
async def test_what_is_no_picture_of_a_fair_size_changes_nothing(
    nadia: Person, content: bytes, kind: str, status: int
) -> None:
    answer = await put(nadia, content, kind)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (await nadia.get("/users/me")).json()["image_url"] is None


@pytest.mark.parametrize("name", ["x", "0" * 39, "..%2F..%2Fetc%2Fpasswd", "0" * 40, "A" * 40, "0" * 10_000, "%00"])
async def test_any_other_name_is_not_there(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/api/v1/avatars/{name}")).status_code in (400, 404)


async def test_nobody_puts_a_picture_without_a_log_in(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/v1/users/me/avatar", content=png(), headers={"content-type": "image/png"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("with_secret", "without"),
    [
        (png(chunk(b"eXIf", SECRET), chunk(b"tEXt", b"Comment\0" + SECRET)), png()),
        (jpeg(segment(0xE1, b"Exif\0\0" + SECRET), segment(0xFE, SECRET), segment(0xED, SECRET)), jpeg()),
        (webp(riff(b"EXIF", SECRET), riff(b"XMP ", SECRET), flags=0b0001_1100), webp(flags=0b0001_0000)),
    ],
    ids=["png", "jpeg", "webp"],
)
def test_where_a_picture_was_taken_is_taken_out(with_secret: bytes, without: bytes) -> None:
    assert SECRET in with_secret
    assert without_metadata(with_secret) == without


def test_what_colours_need_stays() -> None:
    profile = jpeg(segment(0xE2, b"ICC_PROFILE\0\1\1colours"))
    assert without_metadata(profile) == profile
    coloured = png(chunk(b"iCCP", b"icc\0\0colours"), chunk(b"pHYs", b"\0" * 9))
    assert without_metadata(coloured) == coloured


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_cut_anywhere_is_refused_or_still_one(picture: bytes) -> None:
    for length in range(len(picture)):
        try:
            found = without_metadata(picture[:length])
        except Invalid:
            continue
        assert kind_of(found) == kind_of(picture)
