"""The rows of schema `users`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


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
