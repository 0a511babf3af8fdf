"""The cookie of devices that have logged in before: what it says, and what it cannot be made to say."""

from __future__ import annotations

import base64

import httpx
import pytest

from modules.user.devices import KnownDevices
from tests.client import PASSWORD, sign_up

EMAIL = "nadia@example.com"
KEY = "a-secret-key-of-more-than-32-characters"


@pytest.fixture
def devices() -> KnownDevices:
    return KnownDevices(KEY, production=False)


def test_a_device_is_known_for_an_address_in_any_case_and_for_no_other(devices: KnownDevices) -> None:
    mark = devices.remember("", EMAIL)
    known = devices.id_for(mark, EMAIL)
    assert known
    assert devices.id_for(mark, "NADIA@Example.com") == known
    assert devices.id_for(mark, "omar@example.com") is None
    assert devices.id_for(mark, "") is None


def test_a_device_keeps_its_id_and_the_last_five_addresses(devices: KnownDevices) -> None:
    mark = devices.remember("", EMAIL)
    known = devices.id_for(mark, EMAIL)
    others = [f"person{number}@example.com" for number in range(5)]
    for other in others:
        mark = devices.remember(mark, other)
    assert devices.id_for(mark, EMAIL) is None
    assert {devices.id_for(mark, other) for other in others} == {known}
    assert len(mark) < 200


def test_an_address_that_is_used_again_is_the_last_to_be_forgotten(devices: KnownDevices) -> None:
    mark = devices.remember("", EMAIL)
    for number in range(4):
        mark = devices.remember(mark, f"person{number}@example.com")
    mark = devices.remember(devices.remember(mark, EMAIL), "one.more@example.com")
    assert devices.id_for(mark, EMAIL)
    assert devices.id_for(mark, "person0@example.com") is None


def test_two_devices_are_two(devices: KnownDevices) -> None:
    first, second = (devices.id_for(devices.remember("", EMAIL), EMAIL) for _ in range(2))
    assert first != second


@pytest.mark.parametrize("made_up", ["mine", "mine~forged", "mine.tag", "~", ".", "é\u0000", "x" * 10_000, "\udcff"])
def test_an_id_that_the_client_made_up_is_never_taken_over(devices: KnownDevices, made_up: str) -> None:
    assert devices.id_for(made_up, EMAIL) is None
    mark = devices.remember(made_up, EMAIL)
    known = devices.id_for(mark, EMAIL)
    assert known
    assert not mark.startswith("mine")
    assert len(mark) < 200


def test_a_tag_is_good_on_its_own_device_only(devices: KnownDevices) -> None:
    mine, theirs = devices.remember("", "omar@example.com"), devices.remember("", EMAIL)
    device, tag = mine.partition(".")[0], theirs.partition(".")[2]
    assert devices.id_for(f"{device}.{tag}", EMAIL) is None
    assert devices.id_for(f"{device}x.{tag}", EMAIL) is None


def test_another_key_knows_no_device(devices: KnownDevices) -> None:
    assert KnownDevices(KEY + "!", production=False).id_for(devices.remember("", EMAIL), EMAIL) is None


def test_no_address_can_be_read_out_of_it(devices: KnownDevices) -> None:
    mark = devices.remember("", EMAIL)
    parts = [base64.urlsafe_b64decode(part + "==") for part in mark.replace("~", ".").split(".")]
    assert "nadia" not in mark
    assert not [part for part in parts if b"nadia" in part]


def test_in_production_it_is_bound_to_the_host() -> None:
    assert KnownDevices(KEY, production=True).cookie == "__Host-interna_device"


@pytest.mark.anyio
async def test_no_script_and_no_other_site_gets_it(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    answer = await client.post("/api/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    (cookie,) = [said for said in answer.headers.get_list("set-cookie") if said.startswith("interna_device=")]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=31536000"))
    assert "domain" not in cookie.lower()
