"""The rows of schema `users`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.attempts."""

    attempt_id: UUID
    bucket: bytes
    pending: bool
    created_at: datetime


class AttemptInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.attempts says; what is unset gets the default."""

    attempt_id: UUID
    bucket: bytes
    pending: bool | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET


class AttemptPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.attempts."""

    pending: bool | UnsetType = UNSET


class OperatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.operators."""

    id: UUID
    email: str
    name: str
    password_hash: str
    disabled_at: datetime | None
    created_at: datetime
    updated_at: datetime


class OperatorInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.operators says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    email: str
    name: str
    password_hash: str
    disabled_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class OperatorPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.operators."""

    email: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    password_hash: str | UnsetType = UNSET
    disabled_at: datetime | None | UnsetType = UNSET


class TrustedIssuerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.trusted_issuers."""

    id: UUID
    issuer: str
    jwks_uri: str | None
    secret_variable: str | None
    audience: str
    algorithms: list[str]
    claims: Any
    trust_email: bool
    organisation_claim: str | None
    tenants: Any
    created_at: datetime
    updated_at: datetime


class TrustedIssuerInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.trusted_issuers says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    issuer: str
    jwks_uri: str | None = None
    secret_variable: str | None = None
    audience: str
    algorithms: list[str]
    claims: Any | UnsetType = UNSET
    trust_email: bool | UnsetType = UNSET
    organisation_claim: str | None = None
    tenants: Any | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class TrustedIssuerPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.trusted_issuers."""

    issuer: str | UnsetType = UNSET
    jwks_uri: str | None | UnsetType = UNSET
    secret_variable: str | None | UnsetType = UNSET
    audience: str | UnsetType = UNSET
    algorithms: list[str] | UnsetType = UNSET
    claims: Any | UnsetType = UNSET
    trust_email: bool | UnsetType = UNSET
    organisation_claim: str | None | UnsetType = UNSET
    tenants: Any | UnsetType = UNSET


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.users."""

    id: UUID
    email: str
    email_verified_at: datetime | None
    deleted_at: datetime | None
    anonymised_at: datetime | None
    created_at: datetime
    updated_at: datetime


class UserInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.users says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    email: str
    email_verified_at: datetime | None = None
    deleted_at: datetime | None = None
    anonymised_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class UserPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.users."""

    email: str | UnsetType = UNSET
    email_verified_at: datetime | None | UnsetType = UNSET
    deleted_at: datetime | None | UnsetType = UNSET
    anonymised_at: datetime | None | UnsetType = UNSET


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.accounts."""

    id: UUID
    user_id: UUID
    type: Literal["oauth", "oidc", "jwt"]
    provider: str
    provider_account_id: str
    email: str | None
    tokens: bytes | None
    expires_at: datetime | None
    scope: str | None
    created_at: datetime
    updated_at: datetime


class AccountInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.accounts says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    user_id: UUID
    type: Literal["oauth", "oidc", "jwt"]
    provider: str
    provider_account_id: str
    email: str | None = None
    tokens: bytes | None = None
    expires_at: datetime | None = None
    scope: str | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class AccountPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.accounts."""

    type: Literal["oauth", "oidc", "jwt"] | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    email: str | None | UnsetType = UNSET
    tokens: bytes | None | UnsetType = UNSET
    expires_at: datetime | None | UnsetType = UNSET
    scope: str | None | UnsetType = UNSET


class CredentialRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.credentials."""

    user_id: UUID
    password_hash: str
    changed_at: datetime
    created_at: datetime
    updated_at: datetime


class CredentialInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.credentials says; what is unset gets the default."""

    user_id: UUID
    password_hash: str
    changed_at: datetime | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CredentialPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.credentials."""

    password_hash: str | UnsetType = UNSET
    changed_at: datetime | UnsetType = UNSET


class OperatorSessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.operator_sessions."""

    id: UUID
    operator_id: UUID
    token_hash: bytes
    expires_at: datetime
    user_agent: str | None
    ip: str | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class OperatorSessionInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.operator_sessions says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    operator_id: UUID
    token_hash: bytes
    expires_at: datetime
    user_agent: str | None = None
    ip: str | None = None
    revoked_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class OperatorSessionPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.operator_sessions."""

    token_hash: bytes | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET
    user_agent: str | None | UnsetType = UNSET
    ip: str | None | UnsetType = UNSET
    revoked_at: datetime | None | UnsetType = UNSET


class ProfileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.profiles."""

    user_id: UUID
    name: str | None
    image_url: str | None
    bio: str | None
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
    experience_level: Literal["student", "fresh_grad", "junior"]
    interests: list[str]
    region: str | None
    onboarding_completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ProfileInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.profiles says; what is unset gets the default."""

    user_id: UUID
    name: str | None = None
    image_url: str | None = None
    bio: str | None = None
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | UnsetType = UNSET
    experience_level: Literal["student", "fresh_grad", "junior"] | UnsetType = UNSET
    interests: list[str] | UnsetType = UNSET
    region: str | None = None
    onboarding_completed_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class ProfilePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.profiles."""

    name: str | None | UnsetType = UNSET
    image_url: str | None | UnsetType = UNSET
    bio: str | None | UnsetType = UNSET
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | UnsetType = UNSET
    experience_level: Literal["student", "fresh_grad", "junior"] | UnsetType = UNSET
    interests: list[str] | UnsetType = UNSET
    region: str | None | UnsetType = UNSET
    onboarding_completed_at: datetime | None | UnsetType = UNSET


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.sessions."""

    id: UUID
    user_id: UUID
    token_hash: bytes
    expires_at: datetime
    last_seen_at: datetime
    user_agent: str | None
    ip: str | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SessionInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.sessions says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    user_id: UUID
    token_hash: bytes
    expires_at: datetime
    last_seen_at: datetime | UnsetType = UNSET
    user_agent: str | None = None
    ip: str | None = None
    revoked_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class SessionPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.sessions."""

    token_hash: bytes | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET
    last_seen_at: datetime | UnsetType = UNSET
    user_agent: str | None | UnsetType = UNSET
    ip: str | None | UnsetType = UNSET
    revoked_at: datetime | None | UnsetType = UNSET


class VerificationTokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of users.verification_tokens."""

    id: UUID
    user_id: UUID | None
    identifier: str
    purpose: Literal["email_verification", "password_reset", "restore"]
    token_hash: bytes | None
    expires_at: datetime
    used_at: datetime | None
    created_at: datetime
    updated_at: datetime


class VerificationTokenInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into users.verification_tokens says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    user_id: UUID | None = None
    identifier: str
    purpose: Literal["email_verification", "password_reset", "restore"]
    token_hash: bytes | None = None
    expires_at: datetime
    used_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class VerificationTokenPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of users.verification_tokens."""

    identifier: str | UnsetType = UNSET
    purpose: Literal["email_verification", "password_reset", "restore"] | UnsetType = UNSET
    token_hash: bytes | None | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET
    used_at: datetime | None | UnsetType = UNSET
