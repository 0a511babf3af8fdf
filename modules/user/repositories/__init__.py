"""All SQL of the user module, a file a noun."""

from modules.user.repositories.accounts import AccountRepository
from modules.user.repositories.attempts import AttemptRepository
from modules.user.repositories.sessions import SessionRepository
from modules.user.repositories.tokens import TokenRepository
from modules.user.repositories.users import UserRepository

__all__ = ["AccountRepository", "AttemptRepository", "SessionRepository", "TokenRepository", "UserRepository"]
