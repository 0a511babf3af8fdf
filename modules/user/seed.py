"""Development users. Their passwords are fixed and printed at every start: production refuses them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from core.database.seeding import Plot, seed_id
from modules.user.rows import CredentialInsert, OperatorInsert, UserInsert
from modules.user.tables import credentials, operators, users


class SeededUsers(msgspec.Struct, frozen=True):
    alice: UUID
    bob: UUID
    dana: UUID


class LogInHint(msgspec.Struct, frozen=True):
    """What a developer types to get in."""

    email: str
    password: str
    role: str


HINTS: Final = (
    LogInHint("alice@example.com", "alice-in-development", "admin of acme and globex"),
    LogInHint("bob@example.com", "bob-in-development", "member of acme"),
    LogInHint("dana@example.com", "dana-in-development", "member of globex"),
)

# argon2id of the passwords above, stored so that planting again costs nothing and changes nothing.
_HASHES: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$6eKq7lD42Hl0w3h5bUjtXA$ViHx+p3Rdn+Rx2+J74uAm0ZcB8hUdcoyasM5Uwr2wLw",
    "$argon2id$v=19$m=19456,t=2,p=1$ccutCD8pidD+nuf1CilFQQ$Bus9QTI5qQaqh0EAXM0o+eVyJZ/f1FrOEeBX2CR8NYI",
    "$argon2id$v=19$m=19456,t=2,p=1$5OQQvd4AGJ7gHF636r8SBg$qk1SGZqGwgMKQgCvtRt5tLpmTKU/lxTT32T51Mo0F7E",
)
_OPERATOR_HASH: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$O4UOWQZtXZc2LFWqbFejmw$4RA6TzKkxxs2Pcl6tbYB8BeTvNfr+0KhGFXNgWmPRu0"
)
_NAMES: Final = ("Alice Example", "Bob Example", "Dana Example")


def seed_users(plot: Plot) -> SeededUsers:
    for number, (hint, name, password_hash) in enumerate(zip(HINTS, _NAMES, _HASHES, strict=True), start=1):
        user_id = seed_id(0, number)
        if plot.plant(users, [UserInsert(id=user_id, email=hint.email)]):
            plot.execute(
                "UPDATE users.profiles SET name = %(name)s, interests = '{web}', onboarding_completed_at = now()"
                " WHERE user_id = %(user_id)s",
                name=name,
                user_id=user_id,
            )
            plot.execute("UPDATE users.users SET email_verified_at = now() WHERE id = %(id)s", id=user_id)
        plot.plant(credentials, [CredentialInsert(user_id=user_id, password_hash=password_hash)])
    plot.plant(
        operators,
        [
            OperatorInsert(
                id=seed_id(0, 101),
                email="operator@example.com",
                name="Olga Operator",
                password_hash=_OPERATOR_HASH,
            )
        ],
    )
    return SeededUsers(seed_id(0, 1), seed_id(0, 2), seed_id(0, 3))
