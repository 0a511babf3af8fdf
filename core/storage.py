"""Objects: bytes under a key, in a folder of this machine or in an S3-compatible store.

A transaction cannot take them back, so: store first, commit what refers to it, and only then delete what it replaces.
What is lost in between is an object that nobody refers to, never a reference to nothing; for that, a key is never used
for a second object, or the deletion of the first would take both.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import structlog

from core.errors import NotFound, Unavailable
from core.settings import Settings, SettingsError

if TYPE_CHECKING:
    from obstore.store import ObjectStore, RetryConfig

PATIENCE_SECONDS: Final = 10.0
_RETRIES: Final = 2
_FIRST_WAIT: Final = timedelta(milliseconds=100)
_LONGEST_WAIT: Final = timedelta(seconds=1)
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WANTED: Final = "STORAGE_URL: must be file:///folder or s3://bucket/prefix"
_log = structlog.get_logger("interna.storage")


class StorageUnavailable(Unavailable):
    """The place where files are kept does not answer; try again."""


class Storage:
    """Small objects. `url` is `s3://bucket/prefix`; without one they are in `folder`, made when it is needed.

    A call is tried three times and takes at most `patience` seconds in all: by itself obstore tries for minutes. Where
    a bucket is and who may use it, obstore takes from the process's AWS_ variables.
    """

    def __init__(self, url: str | None, folder: Path, patience: float = PATIENCE_SECONDS) -> None:
        self._url = url
        self._folder = folder
        self._patience = patience
        self._opened: ObjectStore | None = None

    async def put(self, key: str, content: bytes) -> None:
        """Raises `StorageUnavailable`. What was there is replaced."""
        async with self._open("put") as store:
            await store.put_async(key, content)

    async def get(self, key: str) -> bytes:
        """Raises `NotFound` and `StorageUnavailable`."""
        async with self._open("get") as store:
            try:
                return bytes(await (await store.get_async(key)).bytes_async())
            except FileNotFoundError:
                raise NotFound from None

    async def delete(self, key: str) -> None:
        """Raises `StorageUnavailable`; what is not there is deleted already."""
        async with self._open("delete") as store:
            with suppress(FileNotFoundError):
                await store.delete_async(key)

    @asynccontextmanager
    async def _open(self, call: str) -> AsyncIterator[ObjectStore]:
        """The store, whose failures are told in our words."""
        from obstore.exceptions import BaseError  # a tenth of a second that a start does not need

        try:
            async with asyncio.timeout(self._patience):
                yield self._store()
        except (BaseError, OSError) as error:  # a TimeoutError is an OSError
            _log.warning("the storage failed", call=call, reason=type(error).__name__)
            raise StorageUnavailable from error

    def _store(self) -> ObjectStore:
        if self._opened is None:
            from obstore.store import LocalStore, from_url

            if self._url is not None:
                # deleting one by one is what every store like S3 can do, and needs fewer rights
                self._opened = from_url(self._url, retry_config=self._retries(), disable_bulk_delete=True)
            else:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._opened = LocalStore(prefix=self._folder.absolute())
        return self._opened

    def _retries(self) -> RetryConfig:
        return {
            "max_retries": _RETRIES,
            "retry_timeout": timedelta(seconds=self._patience),
            "backoff": {"init_backoff": _FIRST_WAIT, "max_backoff": _LONGEST_WAIT, "base": 2},
        }


def storage_of(settings: Settings) -> Storage:
    """STORAGE_URL, or else the folder `storage` of DATA_DIR. Raises `SettingsError`."""
    if settings.storage_url is None:
        return Storage(None, settings.data_dir / "storage")
    try:
        parts = urlsplit(settings.storage_url)
    except ValueError:
        raise SettingsError(_WANTED) from None
    if parts.query or parts.fragment:
        raise SettingsError(_WANTED)
    if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
        return Storage(None, Path(unquote(parts.path)))
    if parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc):
        return Storage(settings.storage_url, settings.data_dir / "storage")
    raise SettingsError(_WANTED)
