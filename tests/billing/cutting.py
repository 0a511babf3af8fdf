"""A way to the database that breaks at the worst moment: right before, or right after, a COMMIT arrives there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

Moment = Literal["before", "after"]


class Cutter:
    """Passes everything on, until it is told to cut the connection that commits next."""

    def __init__(self, conninfo: str) -> None:
        self._to = conninfo_to_dict(conninfo)
        self._tasks: set[asyncio.Task[None]] = set()
        self.cut_next: Moment | None = None
        self.let_pass = 0
        """So many commits, before one is cut."""
        self.cuts = 0
        self.conninfo = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Cutter]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.conninfo = make_conninfo(
            **self._to | {"host": "127.0.0.1", "port": port, "sslmode": "disable", "gssencmode": "disable"}
        )
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await self._pass(reader, writer)
        self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = str(self._to["host"]), int(self._to.get("port") or 5432)
        if host.startswith("/"):
            there, to = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            there, to = await asyncio.open_connection(host, port)
        back = asyncio.create_task(_copy(there, writer))
        try:
            while data := await reader.read(65536):
                moment = self._moment() if b"COMMIT" in data else None
                if moment is not None:
                    back.cancel()
                    await asyncio.gather(back, return_exceptions=True)
                    if moment == "after":
                        to.write(data)
                        await there.read(1)  # it is done
                    return
                to.write(data)
                await to.drain()
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            for end in (to, writer):
                end.close()

    def _moment(self) -> Moment | None:
        if self.cut_next is None or self.let_pass > 0:
            self.let_pass = max(0, self.let_pass - 1)
            return None
        moment, self.cut_next = self.cut_next, None
        self.cuts += 1
        return moment


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()
