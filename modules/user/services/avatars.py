"""The picture of a user."""

from __future__ import annotations

import hmac
import re
from typing import Final

import msgspec
import structlog

from core.database.transaction import Transaction
from core.errors import NotFound, Unavailable
from core.http.caller import Caller
from core.keys import key_for
from core.storage import Storage
from modules.user.contracts import ProfilePatch, User
from modules.user.pictures import Kind, NoPicture, kind_of, without_metadata
from modules.user.repositories import UserRepository
from modules.user.shown import shown

LARGEST_BYTES: Final = 512 * 1024
PATH: Final = "/api/v1/avatars/"
_NAME: Final = re.compile(r"[0-9a-f]{40}")
_log = structlog.get_logger("interna.user")


class Picture(msgspec.Struct, frozen=True):
    content: bytes
    kind: Kind


class Pictures:
    """Where pictures are: under names that nobody can guess, so that they need no log-in to be seen on a page."""

    def __init__(self, storage: Storage, secret_key: str, origin: str) -> None:
        self._storage = storage
        self._key = key_for("avatar", secret_key)
        self._base = origin + PATH

    async def keep(self, owner: bytes, content: bytes) -> str:
        """The URL of the picture from now on."""
        name = hmac.digest(self._key, owner + content, "sha256")[:20].hex()
        await self._storage.put(f"avatars/{name}", content)
        return self._base + name

    async def show(self, name: str) -> Picture:
        """Raises `NotFound`."""
        if _NAME.fullmatch(name) is None:
            raise NotFound
        content = await self._storage.get(f"avatars/{name}")
        kind = kind_of(content)
        if kind is None:
            raise NotFound
        return Picture(content, kind)

    async def forget(self, url: str | None) -> None:
        """Take a picture of ours away; one that cannot be now is left over, and nobody refers to it."""
        if url is None or not url.startswith(self._base):
            return
        try:
            await self._storage.delete(f"avatars/{url.removeprefix(self._base)}")
        except Unavailable:
            _log.warning("a picture was left over")


class Avatars:
    """The caller's own picture."""

    def __init__(self, transaction: Transaction, caller: Caller, users: UserRepository, pictures: Pictures) -> None:
        self._tx = transaction
        self._caller = caller
        self._users = users
        self._pictures = pictures

    async def put(self, content: bytes) -> User:
        """Raises `NoPicture` and `StorageUnavailable`. No connection is held while the storage is waited for."""
        if not content:
            raise NoPicture
        picture = without_metadata(content)
        before = await self._users.account(self._caller.user_id)
        await self._tx.commit()
        url = await self._pictures.keep(self._caller.user_id.bytes, picture)
        await self._users.patch_profile(self._caller.user_id, ProfilePatch(image_url=url))
        account = await self._users.account(self._caller.user_id)
        await self._tx.commit()
        if before.image_url != url:
            await self._pictures.forget(before.image_url)
        return shown(account)
