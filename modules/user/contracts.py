"""What clients of the user module send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from modules.user.domain import ExperienceLevel, Field, Onboarding

Name = Annotated[str, Meta(min_length=2, max_length=255, examples=["Alice Example"])]
Email = Annotated[str, Meta(max_length=254, examples=["intern@example.com"])]
Password = Annotated[str, Meta(max_length=10_000, examples=["a long walk by the sea"])]
MailedToken = Annotated[str, Meta(max_length=200, examples=["one_Zm9yIG9uZSB1c2Ugb25seSwgYW5kIHNvb24gb3Zlcg"])]
Bio = Annotated[str, Meta(max_length=2000)]
Url = Annotated[str, Meta(pattern=r"^https?://", max_length=2000)]
Region = Annotated[str, Meta(max_length=100, examples=["Cairo"])]
Interest = Annotated[str, Meta(min_length=1, max_length=100)]
Interests = Annotated[list[Interest], Meta(max_length=50)]


class SignUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    name: Name | None = None
    region: Region | None = None
    field: Field | None = None


class LogIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class EmailWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class TokenProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: MailedToken


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: MailedToken
    password: Password


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current_password: Password
    password: Password


class OpenSession(msgspec.Struct, frozen=True):
    """A log-in that is still good, and where it was made."""

    id: UUID
    user_agent: str | None
    ip: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class ProfilePatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are absent stay; `null` empties those that may be empty."""

    name: Name | UnsetType = UNSET
    image_url: Url | None | UnsetType = UNSET
    bio: Bio | None | UnsetType = UNSET
    field: Field | UnsetType = UNSET
    experience_level: ExperienceLevel | UnsetType = UNSET
    interests: Interests | UnsetType = UNSET
    region: Region | None | UnsetType = UNSET


class OnboardingAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: Field
    experience_level: ExperienceLevel
    interests: Annotated[list[Interest], Meta(min_length=1, max_length=50)]


class User(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    bio: str | None
    field: Field
    experience_level: ExperienceLevel
    interests: list[str]
    region: str | None
    onboarding: Onboarding
    created_at: datetime


class LoggedIn(msgspec.Struct, frozen=True):
    """The token is shown this once; the same token is in the cookie."""

    user: User
    token: str
    expires_at: datetime


class OperatorLogIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class OperatorAccount(msgspec.Struct, frozen=True):
    """One of the platform's own staff."""

    id: UUID
    email: str
    name: str


class OperatorLoggedIn(msgspec.Struct, frozen=True):
    """The token is shown this once, and no cookie holds it."""

    operator: OperatorAccount
    token: str
    expires_at: datetime


class UserRecord(User, frozen=True):
    """A user as operators see one, also after the account was deleted or anonymised."""

    deleted_at: datetime | None
    anonymised_at: datetime | None


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a password the user chooses one, by a mailed token."""

    email: Email
    password: Password | None = None
    name: Name | None = None
    email_verified: bool = False


class UserChange(ProfilePatch, frozen=True, forbid_unknown_fields=True):
    """Fields that are absent stay. A new address is unverified unless said otherwise, and ends all sessions."""

    email: Email | UnsetType = UNSET
    email_verified: bool | UnsetType = UNSET
