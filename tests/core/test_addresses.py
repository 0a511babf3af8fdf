"""Whose word counts for where a request comes from."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http.addresses import ClientAddresses, throttling_key

BEHIND = ClientAddresses([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])


def asked(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    return {"client": (peer, 4711) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("scope", "client"),
    [
        (asked("203.0.113.9"), "203.0.113.9"),
        (asked("203.0.113.9", "198.51.100.1"), "203.0.113.9"),
        (asked("10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (asked("10.0.0.1", "198.51.100.66, 198.51.100.1"), "198.51.100.1"),
        (asked("10.0.0.1", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        (asked("10.0.0.1", "198.51.100.1", "10.0.0.2"), "198.51.100.1"),
        (asked("10.0.0.1", "198.51.100.1:8080"), "198.51.100.1"),
        (asked("10.0.0.1", "[2001:db8::1]:8080"), "2001:db8::1"),
        (asked("fd00::1", "2001:DB8:0::1"), "2001:db8::1"),
        (asked("::ffff:10.0.0.1", "::ffff:198.51.100.1"), "198.51.100.1"),
        (asked("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2"), "10.0.0.2"),
        (asked("10.0.0.1", "unknown"), "10.0.0.1"),
        (asked("10.0.0.1"), "10.0.0.1"),
        (asked("10.0.0.1", " , ,"), "10.0.0.1"),
        (asked(None, "198.51.100.1"), None),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy_of_ours(
    scope: dict[str, Any], client: str | None
) -> None:
    assert BEHIND.of(scope) == client


@given(st.lists(st.text(alphabet="0123456789abcdef:.[], x", max_size=40), max_size=5))
def test_a_stranger_cannot_choose_an_address(lines: list[str]) -> None:
    assert BEHIND.of(asked("203.0.113.9", *lines)) == "203.0.113.9"
    assert ClientAddresses([]).of(asked("10.0.0.1", *lines)) == "10.0.0.1"


@given(st.lists(st.text(alphabet="0123456789abcdef:.[], x", max_size=40), max_size=5))
def test_whatever_stands_left_of_the_client_changes_nothing(lines: list[str]) -> None:
    assert BEHIND.of(asked("10.0.0.1", *lines, "198.51.100.1, 10.0.0.9")) == "198.51.100.1"


def test_an_ipv6_customer_is_counted_as_one_and_neighbours_are_not() -> None:
    assert throttling_key("2001:db8:0:1::1") == throttling_key("2001:db8:0:1:ffff::2")
    assert throttling_key("2001:db8:0:1::1") != throttling_key("2001:db8:0:2::1")
    assert throttling_key("198.51.100.1") == "198.51.100.1"
