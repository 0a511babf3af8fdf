"""What the database's own rules refuse, in the domain's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from core.database.errors import BadValue
from core.errors import InternaError
from modules.authorization.domain import LastAdmin, NoAdmin, OtherMembers, OwnerStays, RoleInUse, TenantFull

_MEANT: Final[dict[str, Callable[[str], InternaError]]] = {
    "max_users": lambda told: TenantFull(max_users=int(told)),
    "last_admin": lambda _: LastAdmin(),
    "no_admin": lambda _: NoAdmin(),
    "owner_stays": lambda _: OwnerStays(),
    "other_members": lambda _: OtherMembers(),
    "role_in_use": lambda _: RoleInUse(),
}


@contextmanager
def rules_told() -> Iterator[None]:
    """Raises what a trigger of functions/tenancy.py means, where one refuses what is done inside."""
    try:
        yield
    except BadValue as error:
        meant = _MEANT.get(error.constraint or "")
        if meant is None:
            raise
        raise meant(error.told or "") from None
