from __future__ import annotations

import pytest

from modules.user.oauth.sealing import SealBroken, Sealing
from tests.user.oauth.parts import SECRET

SEALING = Sealing(SECRET)
SEALED = SEALING.seal(b"the token", provider="google", subject="1")


def test_what_was_sealed_for_an_account_opens_for_it() -> None:
    assert SEALING.open(SEALED, provider="google", subject="1") == b"the token"
    assert b"the token" not in SEALED


@pytest.mark.parametrize(("provider", "subject"), [("google", "2"), ("github", "1"), ("googl", "e1"), ("", "google1")])
def test_it_opens_for_no_other_account(provider: str, subject: str) -> None:
    with pytest.raises(SealBroken):
        SEALING.open(SEALED, provider=provider, subject=subject)


def test_it_does_not_open_with_another_key() -> None:
    with pytest.raises(SealBroken):
        Sealing(SECRET + "2").open(SEALED, provider="google", subject="1")


def test_not_a_bit_of_it_can_be_changed() -> None:
    for place in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            SEALING.open(bytes(changed), provider="google", subject="1")


@pytest.mark.parametrize("length", [0, 1, 5, 13, 20])
def test_a_piece_of_it_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        SEALING.open(SEALED[:length], provider="google", subject="1")


def test_the_same_token_is_sealed_differently_every_time() -> None:
    assert SEALED[:1] == b"\x01"
    assert SEALING.seal(b"the token", provider="google", subject="1") != SEALED
