"""The tables of schema `users`."""

from modules.user.tables.attempts import attempts
from modules.user.tables.issuers import trusted_issuers
from modules.user.tables.operators import operator_sessions, operators
from modules.user.tables.people import profiles, users
from modules.user.tables.proofs import accounts, credentials, sessions, verification_tokens

__all__ = [
    "accounts",
    "attempts",
    "credentials",
    "operator_sessions",
    "operators",
    "profiles",
    "sessions",
    "trusted_issuers",
    "users",
    "verification_tokens",
]
