"""The user module's routes, a file a noun."""

from modules.user.http.avatars import AvatarsController
from modules.user.http.entry import EntryController
from modules.user.http.me import MeController
from modules.user.http.operators import OperatorsController
from modules.user.http.recovery import RecoveryController
from modules.user.http.sessions import SessionsController

__all__ = [
    "AvatarsController",
    "EntryController",
    "MeController",
    "OperatorsController",
    "RecoveryController",
    "SessionsController",
]
