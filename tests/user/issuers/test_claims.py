"""What a token says of its bearer, in whatever words."""

from __future__ import annotations

from typing import Any

import pytest

from modules.user.issuers.claims import bearer, find_claim
from modules.user.issuers.refusals import TokenRefused
from tests.user.issuers.issuer_server import trusted

ISSUER = "https://id.example.com"
ADA = {"sub": "ada-1", "email": "ada@example.com"}


@pytest.mark.parametrize(
    ("claims", "path", "value"),
    [
        ({"org": "acme"}, "org", "acme"),
        ({"user_metadata": {"full_name": "Ada"}}, "user_metadata.full_name", "Ada"),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"https://example.com/org": "acme"}, "https://example.com/org", "acme"),
        ({"https://example.com/app": {"org": "acme"}}, "https://example.com/app.org", "acme"),
        ({"a.b": 1, "a": {"b": 2}}, "a.b", 1),
        ({"a": {"b.c": 1}}, "a.b.c", 1),
        ({"a": "text"}, "a.b", None),
        ({"a": None}, "a.b", None),
        ({}, "a", None),
        ({"a": 1}, None, None),
        ({"a": 1}, ["a"], None),
        ({"": 1}, "a", None),
        ("text", "a", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_along_its_path(claims: Any, path: Any, value: Any) -> None:
    assert find_claim(claims, path) == value


def test_the_usual_claims_are_read() -> None:
    said = {**ADA, "email_verified": True, "name": "Ada", "picture": "https://example.com/ada.png"}
    identity = bearer(said, trusted(ISSUER)).identity
    assert (identity.type, identity.provider, identity.subject) == ("jwt", ISSUER, "ada-1")
    assert (identity.email, identity.email_verified) == ("ada@example.com", True)
    assert (identity.name, identity.image_url) == ("Ada", "https://example.com/ada.png")


def test_a_row_may_say_where_everything_is() -> None:
    row = trusted(ISSUER, claims={"subject": "oid", "email": "preferred_username", "name": "user_metadata.full_name"})
    said = {"oid": "42", "preferred_username": " ada@example.com ", "user_metadata": {"full_name": "Ada Lovelace"}}
    identity = bearer(said, row).identity
    assert (identity.subject, identity.email, identity.name) == ("42", "ada@example.com", "Ada Lovelace")


@pytest.mark.parametrize("sub", [None, "", 7, [], {}, "x" * 256, "a\0b", True])
def test_a_token_without_a_subject_is_refused(sub: Any) -> None:
    with pytest.raises(TokenRefused):
        bearer({**ADA, "sub": sub}, trusted(ISSUER))


def test_a_subject_has_up_to_255_characters_of_any_kind() -> None:
    assert bearer({**ADA, "sub": "é" * 255}, trusted(ISSUER)).identity.subject == "é" * 255


@pytest.mark.parametrize("email", [None, "", "ada", "ada@", "ada@localhost", 7, ["ada@example.com"], "a\0@example.com"])
def test_what_is_no_address_is_none(email: Any) -> None:
    assert bearer({**ADA, "email": email}, trusted(ISSUER)).identity.email is None


@pytest.mark.parametrize(
    ("said", "trust_email", "verified"),
    [
        (True, False, True),
        ("true", False, True),
        (False, False, False),
        ("false", False, False),
        ("yes", False, False),
        (None, False, False),
        ([True], False, False),
        (False, True, True),
        (None, True, True),
    ],
)
def test_an_address_is_verified_where_the_issuer_says_so_or_is_trusted_with_it(
    said: Any, trust_email: bool, verified: bool
) -> None:
    row = trusted(ISSUER, trust_email=trust_email)
    assert bearer({**ADA, "email_verified": said}, row).identity.email_verified is verified


def test_what_a_user_can_write_does_not_verify_an_address() -> None:
    """Supabase's `user_metadata` is the user's own."""
    said = {**ADA, "user_metadata": {"email_verified": True}}
    assert not bearer(said, trusted(ISSUER)).identity.email_verified


@pytest.mark.parametrize(
    ("org", "tenant", "member_of"),
    [
        ("acme-corp", "acme", ("acme",)),
        ("globex", "globex", ()),
        (["globex"], "globex", ()),
        (["unknown", "acme-corp"], "acme", ("acme",)),
        (["acme-corp", "initech-llc"], "acme", ("acme", "initech")),
        (["one", "two"], None, ()),
        ({"acme-corp": {"id": "7"}}, "acme", ("acme",)),
        (None, None, ()),
        ("", None, ()),
        (7, None, ()),
        ([7, None], None, ()),
        ("a\0b", None, ()),
        ("x" * 256, None, ()),
    ],
)
def test_an_organisation_picks_the_tenant_and_only_a_mapped_one_makes_a_member(
    org: Any, tenant: str | None, member_of: tuple[str, ...]
) -> None:
    row = trusted(
        ISSUER, organisation_claim="https://example.com/org", tenants={"acme-corp": "acme", "initech-llc": "initech"}
    )
    holder = bearer({**ADA, "https://example.com/org": org}, row)
    assert (holder.tenant, holder.member_of) == (tenant, member_of)


def test_without_an_organisation_claim_a_token_picks_no_tenant() -> None:
    assert bearer({**ADA, "org": "acme"}, trusted(ISSUER, tenants={"acme": "acme"})).tenant is None
