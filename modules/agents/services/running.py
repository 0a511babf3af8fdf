"""What is being answered in this process, and who listens."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from io import StringIO
from typing import Any, Final
from uuid import UUID

from core.errors import InternaError
from modules.agents.domain import MOST_RUNNING, Call, Part, TooManyRunning, as_told, progress_after
from modules.agents.models.protocol import Usage

_LETTERS_A_TOKEN: Final = 4
_HEARD_OF: Final = 20.0


class Live:
    """One call under way: what was said so far, and who listens.

    What one says that may `begin_anew` (a job's call) is told only when it is over: the next time it may say something
    else, and whoever had heard the beginning of the first answer would hear the end of another.
    """

    def __init__(self, call: Call, *, begins_anew: bool = False) -> None:
        self.call = call
        self.begins_anew = begins_anew
        self.letters = 0
        """How many have come, told or not."""
        self.stored = 0
        self.stored_at = time.monotonic()
        self.usage = Usage(0, 0)
        self.listeners = 0
        self.begun = False
        self.ending = False
        self.ended = False
        self.elsewhere = False
        """It did not end here: it is tried again, or somebody else had ended it."""
        self.error: BaseException | None = None
        self.cancelled: InternaError | None = None
        self.task: asyncio.Task[Any] | None = None
        self._text = StringIO()
        self._news = asyncio.Event()

    @property
    def said(self) -> str:
        return self._text.getvalue()

    @property
    def progress(self) -> float:
        return progress_after(self.letters, expected=self.call.request.max_output_tokens * _LETTERS_A_TOKEN // 2)

    @property
    def part(self) -> Part:
        reply = None if self.begins_anew else self.said or None
        return Part(self.call.tenant_id, self.call.request_id, reply, self.progress)

    def is_due(self, now: float, pause: float) -> bool:
        """Whether others should be told how far it is: there is news (while somebody listens here, `pause` seconds
        after the last), or nothing was heard of it for long."""
        if self.ending:
            return False
        if self.letters == self.stored:
            return now >= self.stored_at + _HEARD_OF
        return self.begins_anew or not self.listeners or now >= self.stored_at + pause

    def say(self, text: str) -> None:
        self._text.seek(0, os.SEEK_END)
        self._text.write(text)
        self.heard(self._text.tell())

    def heard(self, letters: int) -> None:
        self.letters = max(self.letters, letters)
        if self.listeners:
            self._tell()

    def begin(self) -> None:
        """The task runs. A task that is cancelled before it does would never know, and nobody would end the call."""
        self.begun = True
        if self.cancelled is not None:
            raise asyncio.CancelledError

    def cancel(self, why: InternaError) -> None:
        """End it with this error, unless it is ending anyway."""
        if self.cancelled is None and not self.ending:
            self.cancelled = why
            if self.begun and self.task is not None:
                self.task.cancel()

    def end(self, error: BaseException | None = None, *, elsewhere: bool = False) -> None:
        self.ended, self.error, self.elsewhere = True, error, elsewhere
        self._tell()

    async def pieces(self, after: int) -> AsyncGenerator[tuple[int, str], None]:
        """What is said after the first `after` characters, each piece with the place where it ends, until the end.

        Raises what the call ended with; one that did not end here says no more.
        """
        at = min(after, len(self.said))
        self.listeners += 1
        try:
            while True:
                news, ended = self._news, self.ended
                told = not (self.elsewhere if ended else self.begins_anew)
                if told and (text := self._since(at)):
                    at += len(text)
                    yield at, text
                elif not ended:
                    await news.wait()
                elif self.error is not None and not self.elsewhere:
                    raise as_told(self.error)
                else:
                    return
        finally:
            self.listeners -= 1

    def _since(self, at: int) -> str:
        self._text.seek(at)
        return self._text.read()

    def _tell(self) -> None:
        """Wake whoever listens."""
        news, self._news = self._news, asyncio.Event()
        news.set()


class Running:
    """The calls of this process, by request."""

    def __init__(self) -> None:
        self._live: dict[UUID, Live] = {}
        self._of_user: Counter[UUID] = Counter()

    def __iter__(self) -> Iterator[Live]:
        return iter(list(self._live.values()))

    def __bool__(self) -> bool:
        return bool(self._live)

    def admit(self, user_id: UUID) -> None:
        """Raises `TooManyRunning` where this user has too many calls under way.

        Those that are just being written down are not among them: as many more as there are database connections.
        """
        if self._of_user[user_id] >= MOST_RUNNING:
            raise TooManyRunning(retry_after=5)

    def enter(self, live: Live) -> None:
        self._live[live.call.request_id] = live
        self._of_user[live.call.user_id] += 1

    def leave(self, live: Live) -> None:
        if self._live.get(live.call.request_id) is live:  # a job may run twice
            del self._live[live.call.request_id]
        self._of_user[live.call.user_id] -= 1
        if not self._of_user[live.call.user_id]:
            del self._of_user[live.call.user_id]

    def find(self, request_id: UUID) -> Live | None:
        return self._live.get(request_id)
