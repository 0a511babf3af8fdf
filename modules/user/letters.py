"""What is written in the mails that carry a token."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from core.mail import Mail
from modules.user.domain import Purpose
from modules.user.repositories.tokens import Addressee

_TEXTS: Final[dict[Purpose, tuple[str, str, str]]] = {
    "email_verification": (
        "Confirm your address",
        "confirm-email",
        "please confirm that this is your address; the link is good for a day.\n\n{link}\n\n"
        "If you did not sign up at Interna, ignore this mail: without a confirmation nobody can prove to be you.",
    ),
    "password_reset": (
        "Choose a new password",
        "reset-password",
        "somebody, probably you, wants to choose a new password. The link is good for half an hour, once; all devices "
        "will be logged out.\n\n{link}\n\nIf it was not you, ignore this mail: your password stays as it is.",
    ),
    "restore": (
        "Restore your account",
        "restore-account",
        "your account was deleted, and somebody, probably you, wants it back. The link is good for an hour.\n\n"
        "{link}\n\nIf it was not you, ignore this mail: the account stays deleted.",
    ),
}


def letter(addressee: Addressee, token: str, *, origin: str, key: str) -> Mail:
    """The page at `origin` that the link leads to hands the token to the API; the token is also given by itself.

    Not a word in it is the user's own: whoever signs up with somebody else's address could say anything there.
    """
    subject, page, text = _TEXTS[addressee.purpose]
    link = f"{origin}/{page}#token={quote(token)}"
    body = f"Hello,\n\n{text.format(link=link)}\n\nThe token by itself: {token}\n"
    return Mail(to=addressee.email, subject=subject, text=body, key=key)
