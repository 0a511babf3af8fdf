"""Handing in work: it is graded criterion by criterion, and what comes of it moves the project's progress.

The same work is graded once. A model that is asked twice words things differently and may waver between two verdicts;
an intern who changes nothing must not win or lose by trying again. So a work that was handed in before gets a review of
its own with the earlier one's grades and words, and no model is asked; one that is being graded at the moment is not
taken in again. What is the same is said by `HandedIn.digest`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec

from core.database.transaction import Transaction
from core.database.visible import ALL
from core.errors import Conflict
from core.http.idempotency import Once, StillRunning
from core.http.pages import Position
from modules.agents import Agents, Call, Calls
from modules.simulations.contracts.reviews import NewWork, Review
from modules.simulations.domain import Grade, is_approved, score_of
from modules.simulations.drafts import ReviewDraft
from modules.simulations.permits import CreateReviews, ReadReviews
from modules.simulations.prompts import REVIEW_VERSION, review_request
from modules.simulations.repositories import ProgressRepository, ReviewRepository
from modules.simulations.repositories.reviews import Judgement
from modules.simulations.services.own_simulations import OwnSimulations
from modules.simulations.services.works import HandedIn, milestone_of, on_simulation, on_task

_NOT_YOURS: Final = "Only the intern whose project it is hands in work."
_SAME_WORK: Final = "the same work"


class StillGrading(Conflict):
    """The same work is being graded at the moment; wait until it is."""

    retry_after = 1


class ReviewRecord:
    """Writes reviews down, and what they mean for the project."""

    def __init__(self, reviews: ReviewRepository, progress: ProgressRepository) -> None:
        self._reviews = reviews
        self._progress = progress

    async def write(
        self, tenant_id: UUID, user_id: UUID, review_id: UUID, handed: HandedIn, judgement: Judgement
    ) -> Review:
        # First, because it takes turns: of two milestones approved at once, the second must see the first one's review.
        await self._progress.touch(tenant_id, user_id, handed.project_id)
        review = await self._reviews.add(
            tenant_id,
            user_id,
            review_id,
            project_id=handed.project_id,
            milestone=handed.milestone,
            code=handed.submission.code,
            language=handed.work.code_language,
            digest=handed.digest,
            judgement=judgement,
        )
        completes = review.approved and await self._is_all(tenant_id, user_id, handed)
        await self._progress.reviewed(
            tenant_id, user_id, handed.project_id, approved=review.approved, completes=completes
        )
        return review

    async def _is_all(self, tenant_id: UUID, user_id: UUID, handed: HandedIn) -> bool:
        if handed.milestone is None:
            return True
        approved = await self._reviews.approved_milestones(tenant_id, user_id, handed.project_id)
        return approved == handed.milestones


class Submitted(msgspec.Struct, frozen=True):
    """Work that was taken in: what is remembered under its Idempotency-Key. Without a call it is graded already."""

    review_id: UUID
    request_id: UUID | None


class Grading(msgspec.Struct, frozen=True):
    """Work that is to be graded, or was."""

    submitted: Submitted
    handed: HandedIn
    call: Call | None


class Reviews:
    """What a client asks of reviews."""

    def __init__(
        self,
        transaction: Transaction,
        reviews: ReviewRepository,
        record: Callable[[], ReviewRecord],
        own: OwnSimulations,
        agents: Agents,
        calls: Calls,
        once: Once,
    ) -> None:
        self._tx = transaction
        self._reviews = reviews
        self._record = record
        self._own = own
        self._agents = agents
        self._calls = calls
        self._once = once

    async def take_in(
        self, permit: CreateReviews, simulation_id: UUID, milestone: int | None, submission: NewWork, key: str | None
    ) -> Grading:
        """Work on a simulation, or on one of its milestones.

        Raises `NotFound`, `Denied` where it is not one's own, `NotReady`, `NeverWritten`, `NoSuchMilestone`,
        `InsufficientCredits`, `StillGrading`, `StillRunning` and `OtherBody`.
        """
        simulation = await self._own.ready(permit.caller, simulation_id, refusal=_NOT_YOURS)
        part = "" if milestone is None else "/milestones/{index}"
        handed = on_simulation(simulation, milestone, submission)
        return await self._take(permit, handed, f"POST /simulations/{{simulation_id}}{part}/reviews", key)

    async def take_in_task(self, permit: CreateReviews, task_id: str, submission: NewWork, key: str | None) -> Grading:
        """Work on a predefined project.

        Raises `NotFound`, `InsufficientCredits`, `StillGrading`, `StillRunning` and `OtherBody`.
        """
        handed = on_task(await self._reviews.task(task_id), submission)
        return await self._take(permit, handed, "POST /tasks/{task_id}/reviews", key)

    async def review(self, permit: CreateReviews, grading: Grading) -> Review:
        """The review. It is written and kept also where whoever asks leaves.

        Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed` and `Cancelled`; then there is none, and the credits
        are given back.
        """
        caller, review_id = permit.caller, grading.submitted.review_id
        call, handed = grading.call, grading.handed
        if call is None:
            return await self._reviews.whole(caller.tenant_id, ALL.of_owner(caller.user_id), review_id)

        async def keep(draft: ReviewDraft) -> Review:
            judgement = _judged(handed, draft, call.request_id)
            return await self._record().write(call.tenant_id, call.user_id, review_id, handed, judgement)

        return await self._calls.ask(call, ReviewDraft, keep, fits=lambda draft: draft.fits(handed.work))

    async def of_simulation(
        self,
        permit: ReadReviews,
        simulation_id: UUID,
        milestone: int | None,
        *,
        user_id: UUID | None,
        after: Position,
        limit: int,
    ) -> list[Review]:
        """Of one milestone, or of the whole and all of its milestones. Raises `NotFound` and `NoSuchMilestone`."""
        simulation = await self._own.visible(permit.caller, simulation_id)
        if milestone is not None:
            milestone_of(simulation, milestone)
        return await self._page(permit, str(simulation_id), milestone, user_id, after, limit)

    async def of_task(
        self, permit: ReadReviews, task_id: str, *, user_id: UUID | None, after: Position, limit: int
    ) -> list[Review]:
        """Raises `NotFound`."""
        task = await self._reviews.task(task_id)
        return await self._page(permit, task.id, None, user_id, after, limit)

    async def _page(
        self,
        permit: ReadReviews,
        project_id: str,
        milestone: int | None,
        user_id: UUID | None,
        after: Position,
        limit: int,
    ) -> list[Review]:
        visible = permit.rows.only(user_id)
        return await self._reviews.page(permit.caller.tenant_id, visible, project_id, milestone, after, limit)

    async def _take(self, permit: CreateReviews, handed: HandedIn, route: str, key: str | None) -> Grading:
        """Take the work in and commit: what it costs is reserved, or it is graded as the same work was before."""
        permit.demand(milestone=handed.milestone, project_id=handed.project_id)
        tenant_id, user_id = permit.caller.tenant_id, permit.caller.user_id
        begun: list[Call] = []

        async def put() -> Submitted:
            review_id = await self._reviews.new_id()
            earlier = await self._reviews.alike(tenant_id, user_id, handed.digest)
            if earlier is not None:
                await self._record().write(tenant_id, user_id, review_id, handed, earlier)
                return Submitted(review_id, None)
            request_id = await self._agents.begin(
                f"review:{handed.project_id}", "review", handed.submission.code, REVIEW_VERSION, price="review"
            )
            begun.append(Call(request_id, user_id, tenant_id, review_request(handed.work, seed=handed.seed)))
            return Submitted(review_id, request_id)

        async def put_by_itself() -> Submitted:
            same = _SameWork(handed.digest)
            mine = f"{user_id} {handed.digest.hex()}"
            try:
                return await self._once(_SAME_WORK, mine, same, put, into=Submitted, stands=self._is_under_way)
            except StillRunning:
                raise StillGrading from None

        wish = _Wish(handed.project_id, handed.milestone, handed.submission)
        submitted = await self._once(route, key, wish, put_by_itself, into=Submitted, stands=self._stands)
        await self._tx.commit()
        return Grading(submitted, handed, begun[0] if begun else None)

    async def _stands(self, submitted: Submitted) -> bool:
        return submitted.request_id is None or await self._agents.stands(submitted.request_id)

    async def _is_under_way(self, before: Submitted) -> bool:
        """Raises `StillRunning`. What has ended stands for nothing here: each hand-in gets a review of its own."""
        await self._stands(before)
        return False


class _SameWork(msgspec.Struct, frozen=True):
    """What takes turns."""

    digest: bytes


class _Wish(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for."""

    project_id: str
    milestone: int | None
    submission: NewWork


def _judged(handed: HandedIn, draft: ReviewDraft, request_id: UUID) -> Judgement:
    """The verdicts decide: whatever else the model says changes neither the score nor the approval."""
    drafts = sorted(draft.grades, key=lambda each: each.criterion)
    verdicts = [each.verdict for each in drafts]
    return Judgement(
        score=score_of(verdicts),
        approved=is_approved(verdicts),
        grades=[
            Grade(handed.work.criteria[each.criterion], each.verdict, sorted(set(each.lines)), each.comment)
            for each in drafts
        ],
        feedback=draft.feedback,
        strengths=draft.strengths,
        improvements=draft.improvements,
        next_steps=draft.next_steps,
        agent_request_id=request_id,
    )
