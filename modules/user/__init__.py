"""Users: who exists, how they prove it, and what they say about themselves.

Owns the schema `users`: users, profiles, credentials, accounts (who somebody is elsewhere), sessions, mailed tokens,
trusted issuers, operators and their sessions, and the counts behind every 429.

A session's token is opaque and stored only as an HMAC; resolving it is one database function that the
authorization module declares, because the answer also says for which tenant the user acts. A self-contained token
(JWT) for our own sessions was rejected: it could not be refused on the very next request after a log-out.
"""

from modules.user.contracts import User
from modules.user.domain import (
    ArrivedForTenant,
    Device,
    UserAnonymised,
    UserDeleted,
    UserSignedUp,
    normal_address,
    typed_address,
)
from modules.user.guesses import Guesses
from modules.user.people import people
from modules.user.repositories.users import Account
from modules.user.shown import shown

__all__ = [
    "Account",
    "ArrivedForTenant",
    "Device",
    "Guesses",
    "User",
    "UserAnonymised",
    "UserDeleted",
    "UserSignedUp",
    "normal_address",
    "people",
    "shown",
    "typed_address",
]
