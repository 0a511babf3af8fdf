"""What a token says of its bearer, in the words of its issuer: pure functions of claims and a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from core.errors import Invalid
from modules.user.domain import ExternalIdentity, normal_address
from modules.user.issuers.refusals import TokenRefused
from modules.user.repositories.accounts import TrustedIssuer

DEFAULT_CLAIMS: Final[Mapping[str, str]] = {
    "subject": "sub",
    "email": "email",
    "email_verified": "email_verified",
    "name": "name",
    "image_url": "picture",
}
"""What we want to know, and the claim that says it where a row names no other (OpenID Connect Core, 5.1)."""

_LONGEST_SUBJECT: Final = 255  # OpenID Connect Core, 2
_LONGEST_TENANT: Final = 255


class Bearer(msgspec.Struct, frozen=True):
    """Who holds a token."""

    identity: ExternalIdentity
    tenant: str | None
    """The tenant that the token speaks of, for requests that name none."""
    member_of: tuple[str, ...]
    """The tenants that the issuer may make somebody a member of, and does."""


def bearer(claims: Mapping[str, Any], issuer: TrustedIssuer) -> Bearer:
    """Read verified claims. Raises `TokenRefused` where they name no subject."""
    said = {name: find_claim(claims, issuer.claims.get(name, claim)) for name, claim in DEFAULT_CLAIMS.items()}
    tenant, member_of = _tenants(claims, issuer)
    identity = ExternalIdentity(
        type="jwt",
        provider=issuer.issuer,
        subject=_subject(said["subject"]),
        email=_address(said["email"]),
        email_verified=issuer.trust_email or said["email_verified"] in (True, "true"),  # some say it in text
        name=_text(said["name"]),
        image_url=_text(said["image_url"]),
    )
    return Bearer(identity, tenant, member_of)


def find_claim(claims: Any, path: object) -> Any:  # claims are whatever JSON says
    """The claim of this very name, dots and all (`https://example.com/org`), or else along a path (`realm.name`)."""
    if not isinstance(claims, Mapping) or not isinstance(path, str):
        return None
    if path in claims:
        return claims[path]
    for at in (at for at, character in enumerate(path) if character == "."):
        if (found := find_claim(claims.get(path[:at]), path[at + 1 :])) is not None:
            return found
    return None


def _subject(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_SUBJECT or "\0" in value:
        raise TokenRefused("The token names no subject (1 to 255 characters).")
    return value


def _address(value: object) -> str | None:
    try:
        return normal_address(value) if isinstance(value, str) else None
    except Invalid:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _tenants(claims: Mapping[str, Any], issuer: TrustedIssuer) -> tuple[str | None, tuple[str, ...]]:
    """A value that the row does not map names a tenant, too, but makes nobody its member: anybody may invent slugs."""
    values = _values(find_claim(claims, issuer.organisation_claim))
    mapped = tuple(tenant for value in values if isinstance(tenant := issuer.tenants.get(value), str))
    if mapped:
        return mapped[0], mapped
    return (values[0], ()) if len(values) == 1 else (None, ())


def _values(found: object) -> list[str]:
    """One organisation, a list of them, or Keycloak's object whose names they are."""
    values = [found] if isinstance(found, str) else list(found) if isinstance(found, list | dict) else []
    return [value for value in values if isinstance(value, str) and _is_tenant(value)]


def _is_tenant(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_TENANT and "\0" not in value
