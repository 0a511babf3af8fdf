"""The picture of a user."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
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
_SALT_BYTES: Final = 8
_PROOF_BYTES: Final = 12
_NAME: Final = re.compile(r"[0-9a-f]{40}")
_log = structlog.get_logger("interna.user")


class Picture(msgspec.Struct, frozen=True):
    content: bytes
    kind: Kind


class Pictures:
    """Where pictures are: under names that nobody can guess, so that they need no log-in to be seen on a page.

    A name is used once (`core.storage` says why) and proves whose picture it is: a profile may refer to any URL, that
    of somebody else's picture too, and who leaves that one must not take it away.
    """

    def __init__(self, storage: Storage, secret_key: str, origin: str) -> None:
        self._storage = storage
        self._key = key_for("avatar", secret_key)
        self._base = origin + PATH

    async def keep(self, owner: bytes, content: bytes) -> str:
        """The URL of the picture from now on. Raises `StorageUnavailable`."""
        name = self._name(owner, secrets.token_hex(_SALT_BYTES))
        await self._storage.put(f"avatars/{name}", content)
        return self._base + name

    def _name(self, owner: bytes, salt: str) -> str:
        return salt + hmac.digest(self._key, owner + salt.encode(), "sha256")[:_PROOF_BYTES].hex()

    async def show(self, name: str) -> Picture:
        """Raises `NotFound`."""
        if _NAME.fullmatch(name) is None:
            raise NotFound
        content = await self._storage.get(f"avatars/{name}")
        kind = kind_of(content)
        if kind is None:
            raise NotFound
        return Picture(content, kind)

    async def forget(self, url: str | None, owner: bytes) -> None:
        """Take a picture of ours away, if it is the owner's.

        One that cannot be taken away now is left over, and nobody refers to it.
        """
        if url is None or not url.startswith(self._base):
            return
        name = url.removeprefix(self._base)
        if _NAME.fullmatch(name) is None or name != self._name(owner, name[: 2 * _SALT_BYTES]):
            return
        try:
            await self._storage.delete(f"avatars/{name}")
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
        await self._tx.commit()
        picture = await asyncio.to_thread(without_metadata, content)  # a hostile one takes a fifth of a second
        url = await self._pictures.keep(self._caller.user_id.bytes, picture)
        before = await self._users.account(self._caller.user_id)
        await self._users.patch_profile(self._caller.user_id, ProfilePatch(image_url=url))
        account = await self._users.account(self._caller.user_id)
        await self._tx.commit()
        await self._pictures.forget(before.image_url, self._caller.user_id.bytes)
        return shown(account)
