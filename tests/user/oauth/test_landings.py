from __future__ import annotations

import pytest

from modules.user.oauth import Landings
from modules.user.oauth.landings import BadLanding

LANDINGS = Landings("https://api.example.com", ["https://app.example.com", "http://localhost:3000"])


@pytest.mark.parametrize(
    "return_to",
    [
        "/",
        "/projects?tab=1&next=//evil.example#top",
        "/" + "a" * 1999,
        "https://api.example.com/x",
        "https://app.example.com",
        "https://app.example.com/a/b?c=d",
        "https://app.example.com?c=https://evil.example",
        "HTTPS://APP.example.com/Case",
        "http://localhost:3000/",
    ],
)
def test_a_destination_of_ours_is_taken_as_it_is(return_to: str) -> None:
    assert LANDINGS.check(return_to) == return_to


def test_letters_that_no_header_can_hold_are_encoded_and_what_is_encoded_stays() -> None:
    assert LANDINGS.check("/مشاريع?q=a b%2Fc") == "/%D9%85%D8%B4%D8%A7%D8%B1%D9%8A%D8%B9?q=a%20b%2Fc"


@pytest.mark.parametrize(
    "return_to",
    [
        "",
        "projects",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\x00",
        "/a\x7f",
        "/a\x85",
        " //evil.example",
        "/" + "a" * 2000,
        "/" + "é" * 400,
        "https://evil.example",
        "https://evil.example/https://app.example.com",
        "https://app.example.com.evil.example",
        "https://app.example.com@evil.example",
        "https://app.example.com:443@evil.example",
        "https://app.example.com\\@evil.example",
        "https://user@app.example.com/",
        "https://app.example.com:444/",
        "http://app.example.com/",
        "https:///app.example.com",
        "https:app.example.com",
        "https:/app.example.com",
        "https://[::1",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://app.example.com/",
        "//app.example.com",
        "https://ａpp.example.com/",
    ],
)
def test_nothing_else_is(return_to: str) -> None:
    with pytest.raises(BadLanding):
        LANDINGS.check(return_to)


def test_a_public_url_with_a_path_still_names_its_origin() -> None:
    assert Landings("https://example.com/api", []).check("https://example.com/app") == "https://example.com/app"
