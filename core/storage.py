"""Objects: bytes under a key, in a folder of this machine or in an S3-compatible store.

A transaction cannot take them back, so: store first, commit what refers to it, and only then delete what it replaces.
What is lost in between is an object that nobody refers to, never a reference to nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from core.errors import NotFound, Unavailable
from core.settings import Settings, SettingsError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_log = structlog.get_logger("interna.storage")


class StorageUnavailable(Unavailable):
    """The place where files are kept does not answer; try again."""


class Storage:
    """Small objects. `url` is `file:///folder`, `s3://bucket/prefix` or whatever else obstore knows."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._opened: ObjectStore | None = None

    async def put(self, key: str, content: bytes) -> None:
        """Raises `StorageUnavailable`. What was there is replaced."""
        await self._call("put_async", key, content)

    async def get(self, key: str) -> bytes:
        """Raises `NotFound` and `StorageUnavailable`."""
        found = await self._call("get_async", key)
        return bytes(await found.bytes_async())

    async def delete(self, key: str) -> None:
        """Raises `StorageUnavailable`; what is not there is deleted already."""
        try:
            await self._call("delete_async", key)
        except NotFound:
            return

    async def _call(self, name: str, key: str, *arguments: Any) -> Any:  # obstore's own, which differ by call
        import obstore  # a tenth of a second that a start does not need
        from obstore.exceptions import BaseError, NotFoundError

        try:
            return await getattr(obstore, name)(self._store(), key, *arguments)
        except (FileNotFoundError, NotFoundError):
            raise NotFound from None
        except (BaseError, OSError) as error:
            _log.warning("the storage failed", call=name, reason=type(error).__name__)
            raise StorageUnavailable from error

    def _store(self) -> ObjectStore:
        if self._opened is None:
            from obstore.store import LocalStore, from_url

            if self._url is not None and not self._url.startswith("file://"):
                self._opened = from_url(self._url)
            else:
                folder = Path(self._url.removeprefix("file://")) if self._url else self._folder
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._opened = LocalStore(prefix=folder.absolute())
        return self._opened


def storage_of(settings: Settings) -> Storage:
    """STORAGE_URL, or else the folder `storage` of DATA_DIR. Raises `SettingsError`."""
    url = settings.storage_url
    if url is not None and "://" not in url:
        raise SettingsError("STORAGE_URL: must be file:///folder or s3://bucket/prefix")
    return Storage(url, settings.data_dir / "storage")
