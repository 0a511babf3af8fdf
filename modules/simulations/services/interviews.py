"""Practice interviews: begun with a question, gone on with one answer at a time, ended by feedback or abandoned.

The transcript is written in the transaction that stores the interviewer's words, an answer and the next question
together, so it never holds half of an exchange: where a call fails or is cancelled, the interview is as it was. One
call at a time: whoever goes on with an interview locks its row and looks whether its newest call is still under way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from core.database.identity import Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.database.visible import ALL
from core.errors import Conflict, Denied
from core.http.authority import Authorizer
from core.http.idempotency import Once, StillRunning
from modules.agents import Agents, Call, Calls, ModelRequest, Streams
from modules.simulations.contracts.interviews import Feedback, Interview, NewAnswer, NewInterview
from modules.simulations.domain import InterviewOver, NothingAnswered
from modules.simulations.drafts import FeedbackDraft
from modules.simulations.permits import CreateInterviews, ReadInterviews
from modules.simulations.repositories import InterviewRepository
from modules.simulations.repositories.interviews import Underway
from modules.simulations.services.conversations import Asked
from modules.simulations.services.transcripts import answers_in, first_request, judging_request, next_request

MOST_ANSWERS: Final = 200
_ROUTE: Final = "POST /interviews"
_ABANDONED: Final = "The interview was abandoned."
_JUDGE: Final = "Feedback on this interview."

_Keep: TypeAlias = Callable[[str], Awaitable[None]]


class StillAnswering(Conflict):
    """The interviewer is still answering; wait until it has, or cancel that request."""

    retry_after = 1


class LongEnough(Conflict):
    """This interview is long enough; ask for its feedback."""


class Begun(msgspec.Struct, frozen=True):
    """An interview that is begun: what is remembered under its Idempotency-Key. It is there with its first question."""

    interview_id: UUID
    request_id: UUID


class Assessing(msgspec.Struct, frozen=True):
    """An interview that is being judged, or was: then without a call."""

    interview_id: UUID
    call: Call | None


class Interviews:
    """What a client asks of interviews. `interviews` provides the current transaction's repository."""

    def __init__(
        self,
        transaction: Transaction,
        interviews: Callable[[], InterviewRepository],
        agents: Agents,
        calls: Calls,
        streams: Streams,
        once: Once,
        authorizer: Authorizer,
        context_tokens: int,
    ) -> None:
        self._tx = transaction
        self._interviews = interviews
        self._agents = agents
        self._calls = calls
        self._streams = streams
        self._once = once
        self._authorizer = authorizer
        self._context_tokens = context_tokens

    async def begin(self, permit: CreateInterviews, wish: NewInterview, key: str | None) -> Begun:
        """Reserve the price, commit, and have the first question asked; or find what the key stands for.

        Raises `Denied`, `InsufficientCredits`, `StillRunning` and `OtherBody`.
        """
        permit.demand(language=wish.language, status="active")
        user_id, tenant_id = permit.caller.user_id, permit.caller.tenant_id
        begun: list[tuple[Call, _Keep]] = []

        async def put() -> Begun:
            interview_id = await self._interviews().new_id()
            call = await self._called(permit, interview_id, wish.job_description, first_request(wish), paid=True)

            async def keep(question: str) -> None:
                await self._interviews().add(
                    tenant_id, user_id, interview_id, wish, question=question, agent_request_id=call.request_id
                )

            begun.append((call, keep))
            return Begun(interview_id, call.request_id)

        found = await self._once(_ROUTE, key, wish, put, into=Begun, stands=self._stands)
        await self._speak(begun)
        return found

    async def opened(self, permit: CreateInterviews, begun: Begun) -> Interview:
        """The interview once its first question is there. It is kept also where whoever asks leaves.

        Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed` and `Cancelled`: then there is no interview, and the
        credits are given back.
        """
        user_id, tenant_id = permit.caller.user_id, permit.caller.tenant_id
        await self._streams.whole(user_id, tenant_id, begun.request_id)
        return await self._interviews().whole(tenant_id, ALL.of_owner(user_id), begun.interview_id)

    async def answer(self, permit: CreateInterviews, interview_id: UUID, said: NewAnswer, key: str | None) -> Asked:
        """Take the candidate's answer, commit, and have the next question asked.

        Raises `NotFound`, `Denied` where it is not one's own, `InterviewOver`, `LongEnough`, `StillAnswering`,
        `StillRunning` and `OtherBody`.
        """
        begun: list[tuple[Call, _Keep]] = []

        async def put() -> Asked:
            found = await self._taken_up(permit, interview_id)
            await self._demand_rest(found)
            if answers_in(found) >= MOST_ANSWERS:
                raise LongEnough
            request = next_request(found, said.content, self._context_tokens)
            call = await self._called(permit, interview_id, said.content, request)
            await self._interviews().ask(call.tenant_id, interview_id, call.request_id)

            async def keep(question: str) -> None:
                if not await self._interviews().append(
                    call.tenant_id, interview_id, answer=said.content, answered_at=found.at, question=question
                ):
                    raise InterviewOver

            begun.append((call, keep))
            return Asked(call.request_id)

        asked = await self._once(
            f"{_ROUTE}/{{interview_id}}/messages",
            key,
            _Answering(interview_id, said),
            put,
            into=Asked,
            stands=self._stands,
        )
        await self._speak(begun)
        return asked

    async def assess(self, permit: CreateInterviews, interview_id: UUID, key: str | None) -> Assessing:
        """Take the interview up, and commit, so that `feedback` can judge it; one that was judged is not judged again.

        Raises `NotFound`, `Denied`, `InterviewOver` where it was abandoned, `NothingAnswered`, `StillAnswering`,
        `StillRunning` and `OtherBody`.
        """
        begun: list[Call] = []

        async def put() -> Asked:
            found = await self._taken_up(permit, interview_id)
            if found.status == "completed":
                return Asked(found.agent_request_id)
            await self._demand_rest(found)
            if not answers_in(found):
                raise NothingAnswered
            call = await self._called(permit, interview_id, _JUDGE, judging_request(found, self._context_tokens))
            await self._interviews().ask(call.tenant_id, interview_id, call.request_id)
            begun.append(call)
            return Asked(call.request_id)

        await self._once(
            f"{_ROUTE}/{{interview_id}}/feedback",
            key,
            _Answering(interview_id, None),
            put,
            into=Asked,
            stands=self._stands,
        )
        await self._tx.commit()
        return Assessing(interview_id, begun[0] if begun else None)

    async def feedback(self, permit: CreateInterviews, assessing: Assessing) -> Feedback:
        """The feedback, given once. It is kept also where whoever asks leaves.

        Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed`, `Cancelled` and `InterviewOver`: then there is none.
        """
        user_id, tenant_id = permit.caller.user_id, permit.caller.tenant_id
        if assessing.call is None:
            found = await self._interviews().whole(tenant_id, ALL.of_owner(user_id), assessing.interview_id)
            assert found.feedback is not None, "a completed interview has feedback"
            return found.feedback

        async def keep(draft: FeedbackDraft) -> Feedback:
            feedback = msgspec.convert(draft, Feedback, from_attributes=True)
            if not await self._interviews().complete(tenant_id, assessing.interview_id, feedback):
                raise InterviewOver
            return feedback

        return await self._calls.ask(assessing.call, FeedbackDraft, keep)

    async def abandon(self, permit: CreateInterviews, interview_id: UUID) -> None:
        """End it without feedback; what is being said at the moment is cut off, and not kept.

        Raises `NotFound`, `Denied` where it is not one's own, and `InterviewOver` where it is completed.
        """
        found = await self._taken_up(permit, interview_id)
        if found.status == "completed":
            raise InterviewOver("This interview is completed: it is kept.")
        await self._interviews().abandon(permit.caller.tenant_id, interview_id)
        # A call that ends locks its request, then the interview: whoever held that and waited for this would deadlock.
        await self._tx.commit()
        await self._agents.cancel(found.agent_request_id, ALL, _ABANDONED)
        await self._tx.commit()
        self._calls.cancel(found.agent_request_id, _ABANDONED)

    async def _taken_up(self, permit: CreateInterviews, interview_id: UUID) -> Underway:
        """One's own, locked, so that others who go on with it wait for this transaction."""
        caller = permit.caller
        found = await self._interviews().lock(caller.tenant_id, caller.user_id, interview_id)
        if found is None:
            reading: ReadInterviews = await self._authorizer.permit(caller, "read", "interviews")
            await self._interviews().whole(caller.tenant_id, reading.rows, interview_id)
            raise Denied("Only whoever practises goes on with an interview.")
        permit.demand(language=found.language, status=found.status)
        return found

    async def _demand_rest(self, found: Underway) -> None:
        """Raises `InterviewOver`, and `StillAnswering` while its newest call is under way."""
        if found.status != "active":
            raise InterviewOver
        try:
            await self._agents.stands(found.agent_request_id)
        except StillRunning:
            raise StillAnswering from None

    async def _called(
        self, permit: CreateInterviews, interview_id: UUID, content: str, request: ModelRequest, *, paid: bool = False
    ) -> Call:
        request_id = await self._agents.begin(
            f"interview:{interview_id}",
            "interview",
            content,
            request.prompt_version,
            price="interview" if paid else None,
        )
        return Call(request_id, permit.caller.user_id, permit.caller.tenant_id, request)

    async def _speak(self, begun: list[tuple[Call, _Keep]]) -> None:
        await self._tx.commit()
        for call, keep in begun:
            self._calls.speak(call, keep)

    async def _stands(self, first: Begun | Asked) -> bool:
        """A part of an answer is not in the transcript, so a call that was cancelled is made again."""
        if not await self._agents.stands(first.request_id):
            return False
        outcome = await self._agents.outcome(first.request_id)
        return outcome is not None and outcome.status == "completed"


class AbandonedInterviews:
    """Housekeeping: an interview that nobody touched for 7 days is abandoned."""

    def __init__(self, database: Database, interviews: Callable[[], InterviewRepository]) -> None:
        self._database = database
        self._interviews = interviews

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous()):
            return await self._interviews().abandon_old()


class _Answering(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for; no answer where feedback is asked for."""

    interview_id: UUID
    said: NewAnswer | None
