"""What is written in the mail that carries an invitation."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from core.mail import Mail
from modules.authorization.domain import ADMIN
from modules.authorization.repositories.invitations import Letter

_TEXT: Final = """Hello,

you are invited to join the tenant "{tenant}" at Interna{role}. The link is good for a week, once, and for an account
with this address:

{link}

If you do not know what this is about, ignore this mail: nothing happens without you.

The token by itself: {token}
"""


def letter(found: Letter, token: str, *, origin: str, key: str) -> Mail:
    """The page at `origin` that the link leads to hands the token to the API; the token is also given by itself.

    Not a word in it is a user's own, but for the slug, which is short of letters to say much with: whoever has a tenant
    may write to anybody.
    """
    role = "" if found.role is None else f", as {'an' if found.role == ADMIN else 'a'} {found.role}"
    link = f"{origin}/accept-invitation#token={quote(token)}"
    text = _TEXT.format(tenant=found.tenant, role=role, link=link, token=token)
    return Mail(to=found.email, subject="You are invited to Interna", text=text, key=key)
