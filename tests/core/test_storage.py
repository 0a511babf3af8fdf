"""Objects, in a real folder and in a server on loopback that speaks as much of S3 as is used."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import NotFound
from core.settings import SettingsError, load_settings
from core.storage import Storage, StorageUnavailable, storage_of

pytestmark = pytest.mark.anyio
PATIENCE = 0.25
CALLS = ("put", "get", "delete")


class Bucket:
    """Keeps objects; before that, the next requests get `answers`, or where it `hangs`, nothing more."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.answers: list[int] = []
        self.hangs: bytes | None = None
        self.left = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1]) if length else 0)
        method, path, _ = head.split("\r\n")[0].split(" ")
        self.asked.append(method)
        if self.hangs is not None:
            writer.write(self.hangs)
            await reader.read(1)
            self.left.set()
            raise ConnectionError
        status, content = (self.answers.pop(0), b"") if self.answers else self._keep(method, path, body)
        said = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-length: {len(content)}\r\n"
        writer.write(f'{said}etag: "x"\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n'.encode() + content)
        await writer.drain()

    def _keep(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "PUT":
            self.objects[path] = body
        elif method == "DELETE":
            self.objects.pop(path, None)
            return 204, b""
        elif path not in self.objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>"
        return 200, self.objects[path] if method == "GET" else b""

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> AsyncIterator[Bucket]:
    bucket = Bucket()
    server = await asyncio.start_server(bucket.connected, "127.0.0.1", 0)
    variables = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "nobody knows",
        "AWS_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield bucket
    server.close()
    await bucket.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "storage"


@pytest.fixture
def far(bucket: Bucket, folder: Path) -> Storage:
    return Storage("s3://bucket/prefix", folder)


@pytest.fixture
def hasty(bucket: Bucket, folder: Path) -> Storage:
    return Storage("s3://bucket/prefix", folder, PATIENCE)


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, folder: Path) -> Storage:
    found = Storage(None, folder) if request.param == "folder" else request.getfixturevalue("far")
    assert isinstance(found, Storage)
    return found


async def call(storage: Storage, name: str) -> None:
    match name:
        case "put":
            await storage.put("pictures/1", b"one")
        case "get":
            await storage.get("pictures/1")
        case _:
            await storage.delete("pictures/1")


async def every_call(storage: Storage) -> list[type[object]]:
    """What came of each at once, in the order of `CALLS`."""
    return [type(it) for it in await asyncio.gather(*(call(storage, name) for name in CALLS), return_exceptions=True)]


async def test_what_was_put_is_got_until_it_is_replaced_or_deleted(storage: Storage) -> None:
    await storage.put("pictures/1", b"\0one\xff" * 100_000)
    await storage.put("pictures/2", b"")
    assert await storage.get("pictures/1") == b"\0one\xff" * 100_000
    assert await storage.get("pictures/2") == b""
    await storage.put("pictures/1", b"another")
    assert await storage.get("pictures/1") == b"another"
    await storage.delete("pictures/1")
    with pytest.raises(NotFound):
        await storage.get("pictures/1")
    assert await storage.get("pictures/2") == b""


async def test_what_is_not_there_is_not_found_and_deleted_already(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await storage.get("pictures/1")
    await storage.delete("pictures/1")


async def test_a_folder_is_made_when_it_is_needed_and_closed_to_others(folder: Path) -> None:
    storage = Storage(None, folder)
    assert not folder.exists()
    await storage.put("pictures/1", b"one")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "pictures" / "1").read_bytes() == b"one"
    shutil.rmtree(folder)
    await storage.put("pictures/1", b"one")
    assert await Storage(None, folder).get("pictures/1") == b"one"


async def test_a_folder_that_cannot_be_made_is_unavailable(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_bytes(b"a file")
    assert await every_call(Storage(None, folder)) == [StorageUnavailable] * 3


async def test_a_bucket_has_its_objects_under_the_prefix(bucket: Bucket, far: Storage, folder: Path) -> None:
    await far.put("pictures/1", b"one")
    assert bucket.objects == {"/bucket/prefix/pictures/1": b"one"}
    assert not folder.exists()


@pytest.mark.parametrize("name", CALLS)
async def test_a_bucket_that_fails_in_passing_is_asked_again(bucket: Bucket, far: Storage, name: str) -> None:
    await far.put("pictures/1", b"one")
    bucket.asked.clear()
    bucket.answers = [500, 503]
    await call(far, name)
    assert len(bucket.asked) == 3


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 3), (403, 1), (400, 1)])
async def test_a_bucket_that_fails_is_unavailable(bucket: Bucket, far: Storage, status: int, tries: int) -> None:
    bucket.answers = [status] * 99
    with capture_logs() as logs:
        assert await every_call(far) == [StorageUnavailable] * 3
    assert Counter(bucket.asked) == {"PUT": tries, "GET": tries, "DELETE": tries}
    assert sorted((log["event"], log["call"]) for log in logs) == [
        ("the storage failed", name) for name in sorted(CALLS)
    ]
    assert "pictures" not in str(logs)


async def test_a_bucket_that_is_not_there_keeps_nothing_and_says_so(bucket: Bucket, far: Storage) -> None:
    bucket.answers = [404]
    with pytest.raises(StorageUnavailable):
        await far.put("pictures/1", b"one")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n"])
async def test_a_bucket_that_hangs_is_waited_for_no_longer_than_patience(
    bucket: Bucket, hasty: Storage, said: bytes
) -> None:
    bucket.hangs = said
    before = time.monotonic()
    assert await every_call(hasty) == [StorageUnavailable] * 3
    assert PATIENCE * 0.9 < time.monotonic() - before < PATIENCE + 1
    await asyncio.wait_for(bucket.left.wait(), 1)


async def test_an_object_whose_rest_never_comes_is_unavailable(bucket: Bucket, hasty: Storage) -> None:
    bucket.hangs = b'HTTP/1.1 200 OK\r\ncontent-length: 9\r\netag: "x"\r\n'
    bucket.hangs += b"last-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\nhalf"
    with pytest.raises(StorageUnavailable):
        await hasty.get("pictures/1")


async def test_one_that_hangs_keeps_nobody_else_waiting(bucket: Bucket, far: Storage) -> None:
    bucket.hangs = b""
    waiting = asyncio.create_task(call(far, "put"))
    async with asyncio.timeout(5):
        while not bucket.asked:
            await asyncio.sleep(0.01)
    bucket.hangs = None
    await far.put("pictures/2", b"two")
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})


async def test_nobody_who_listens_is_unavailable(bucket: Bucket, far: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageUnavailable):
        await far.put("pictures/1", b"one")


@pytest.mark.parametrize(
    ("url", "place"), [("file://{}/my%20files", "my files"), ("file://{}/x/", "x"), ("", "data/storage")]
)
async def test_a_url_names_a_folder(tmp_path: Path, url: str, place: str) -> None:
    variables = {"APP_ENV": "test", "DATA_DIR": str(tmp_path / "data"), "STORAGE_URL": url.format(tmp_path)}
    await storage_of(load_settings(variables)).put("pictures/1", b"one")
    assert (tmp_path / place / "pictures" / "1").read_bytes() == b"one"


async def test_a_url_names_a_bucket(bucket: Bucket, tmp_path: Path) -> None:
    variables = {"APP_ENV": "test", "DATA_DIR": str(tmp_path), "STORAGE_URL": "s3://my-bucket.example"}
    await storage_of(load_settings(variables)).put("pictures/1", b"one")
    assert bucket.objects == {"/my-bucket.example/pictures/1": b"one"}


@pytest.mark.parametrize(
    "url",
    (
        "folder /folder file:// file:/// file://folder/x file:///x?y gs://bucket memory:/// s3:// s3:///x s3://a%20b/x "
        "s3://who:secret@bucket/x s3://bucket:9000/x s3://bucket/x#y s3://["
    ).split(),
)
def test_any_other_url_stops_the_start_in_one_line(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^STORAGE_URL: must be [^\n]*$"):
        storage_of(load_settings({"APP_ENV": "test", "STORAGE_URL": url}))
