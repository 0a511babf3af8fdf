from __future__ import annotations

from datetime import timedelta

import pytest

from modules.user.oauth import BadSignIn, Flow
from modules.user.oauth.errors import SignInExpired
from tests.user.oauth.parts import NOON, SECRET

FLOW = Flow(SECRET, production=False)
BEGUN = FLOW.begin("google", "/projects?tab=1", secret=b"r" * 32, now=NOON)


def test_who_comes_back_in_time_gets_the_same_proofs_and_the_destination() -> None:
    returned = FLOW.finish("google", BEGUN.cookie, BEGUN.proofs.state, now=NOON + timedelta(seconds=599))
    assert returned.proofs == BEGUN.proofs
    assert returned.landing == "/projects?tab=1"


def test_without_a_destination_there_is_none_at_the_end() -> None:
    begun = FLOW.begin("google", None, secret=b"r" * 32, now=NOON)
    assert FLOW.finish("google", begun.cookie, begun.proofs.state, now=NOON).landing is None


def test_a_second_later_than_ten_minutes_is_too_late() -> None:
    with pytest.raises(SignInExpired):
        FLOW.finish("google", BEGUN.cookie, BEGUN.proofs.state, now=NOON + timedelta(seconds=601))


def test_a_sign_in_from_the_future_is_refused() -> None:
    with pytest.raises(SignInExpired):
        FLOW.finish("google", BEGUN.cookie, BEGUN.proofs.state, now=NOON - timedelta(minutes=5))


@pytest.mark.parametrize("state", [None, "", "x" * 43, BEGUN.proofs.nonce, BEGUN.proofs.state + "A", "é\udcff\ud800"])
def test_any_other_state_is_refused(state: str | None) -> None:
    with pytest.raises(BadSignIn):
        FLOW.finish("google", BEGUN.cookie, state, now=NOON)


def test_the_state_of_one_browser_is_worth_nothing_in_another() -> None:
    other = FLOW.begin("google", "/projects?tab=1", secret=b"s" * 32, now=NOON)
    with pytest.raises(BadSignIn):
        FLOW.finish("google", other.cookie, BEGUN.proofs.state, now=NOON)


def test_a_sign_in_begun_at_one_provider_does_not_end_at_another() -> None:
    with pytest.raises(BadSignIn):
        FLOW.finish("github", BEGUN.cookie, BEGUN.proofs.state, now=NOON)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_no_part_of_the_cookie_can_be_changed(part: int) -> None:
    other = FLOW.begin("google", "/elsewhere", secret=b"s" * 32, now=NOON + timedelta(minutes=5))
    mixed = BEGUN.cookie.split(".")
    mixed[part] = other.cookie.split(".")[part]
    with pytest.raises(BadSignIn):
        FLOW.finish("google", ".".join(mixed), BEGUN.proofs.state, now=NOON)


@pytest.mark.parametrize("cookie", ["", "..", "a.b.c", "é.1.2", "\x00"])
def test_rubbish_for_a_cookie_is_refused(cookie: str) -> None:
    with pytest.raises(BadSignIn):
        FLOW.finish("google", cookie, BEGUN.proofs.state, now=NOON)


def test_another_key_makes_other_proofs() -> None:
    other = Flow(SECRET + "2", production=False).begin("google", "/projects?tab=1", secret=b"r" * 32, now=NOON)
    assert other.cookie == BEGUN.cookie
    assert not {other.proofs.state, other.proofs.nonce, other.proofs.code_verifier} & {
        BEGUN.proofs.state,
        BEGUN.proofs.nonce,
        BEGUN.proofs.code_verifier,
    }


def test_state_nonce_and_verifier_are_three_values_of_256_bits_that_no_repr_shows() -> None:
    values = {BEGUN.proofs.state, BEGUN.proofs.nonce, BEGUN.proofs.code_verifier}
    assert [len(value) for value in values] == [43, 43, 43]  # RFC 7636, 4.1: 43 to 128 characters
    assert not any(value in repr(BEGUN) for value in values)


def test_the_cookie_of_the_longest_destination_fits_into_a_browser() -> None:
    begun = FLOW.begin("google", "/" + "a" * 1999, secret=b"r" * 32, now=NOON)
    assert len("__Host-interna_oauth=" + begun.cookie) < 4096


def test_in_production_the_cookie_cannot_be_set_by_another_host() -> None:
    assert Flow(SECRET, production=True).cookie == "__Host-interna_oauth"
    assert FLOW.cookie == "interna_oauth"
