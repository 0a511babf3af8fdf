"""Handing in work, and its reviews."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody, PathParameter

from core.http.authority import requires
from core.http.events import while_connected
from core.http.idempotency import IdempotencyKey
from core.http.pages import NEWEST, Cursors, CursorText, Limit, OfUser, Page
from core.http.route import Injected
from modules.simulations.contracts.reviews import NewWork, Review
from modules.simulations.permits import CreateReviews, ReadReviews
from modules.simulations.repositories import ReviewRepository
from modules.simulations.services import Reviews
from modules.simulations.services.reviews import Grading

MilestoneIndex = Annotated[int, PathParameter(description="The milestone's place in the simulation, from 0.")]
Slug = Annotated[str, PathParameter(max_length=100)]

_HAND_IN = [requires("create", "reviews"), requires("read", "reviews")]
_READ = [requires("read", "reviews")]


async def _graded(
    request: Request[Any, Any, Any], permit: CreateReviews, reviews: Reviews, grading: Grading
) -> Response[Review]:
    review = await while_connected(request, reviews.review(permit, grading))
    return Response(review, status_code=201, headers={"location": f"/api/v1/reviews/{review.id}"})


def _page(cursors: Cursors, rows: list[Review], limit: int, of: str) -> Page[Review]:
    return cursors.page(rows, limit, of=of, key=lambda row: (row.created_at, row.id))


class ReviewsController(Controller):
    """Work on simulations, their milestones and predefined projects."""

    path = "/"
    tags = ("reviews",)

    @post("/simulations/{simulation_id:uuid}/reviews", guards=_HAND_IN, summary="Hand in a whole simulation's work")
    async def hand_in(
        self,
        simulation_id: FromPath[UUID],
        data: JSONBody[NewWork],
        permit: Injected[CreateReviews],
        reviews: Injected[Reviews],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Review]:
        grading = await reviews.take_in(permit, simulation_id, None, data, idempotency_key)
        return await _graded(request, permit, reviews, grading)

    @get(
        "/simulations/{simulation_id:uuid}/reviews",
        guards=_READ,
        summary="A simulation's reviews, its milestones' too, newest first",
    )
    async def of_simulation(
        self,
        simulation_id: FromPath[UUID],
        permit: Injected[ReadReviews],
        reviews: Injected[Reviews],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[Review]:
        of = f"reviews {simulation_id}"
        after = cursors.read(cursor, of=of, start=NEWEST)
        rows = await reviews.of_simulation(permit, simulation_id, None, user_id=user_id, after=after, limit=limit + 1)
        return _page(cursors, rows, limit, of)

    @post(
        "/simulations/{simulation_id:uuid}/milestones/{index:int}/reviews",
        guards=_HAND_IN,
        summary="Hand in a milestone's work",
    )
    async def hand_in_milestone(
        self,
        simulation_id: FromPath[UUID],
        index: MilestoneIndex,
        data: JSONBody[NewWork],
        permit: Injected[CreateReviews],
        reviews: Injected[Reviews],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Review]:
        grading = await reviews.take_in(permit, simulation_id, index, data, idempotency_key)
        return await _graded(request, permit, reviews, grading)

    @get(
        "/simulations/{simulation_id:uuid}/milestones/{index:int}/reviews",
        guards=_READ,
        summary="A milestone's reviews, newest first",
    )
    async def of_milestone(
        self,
        simulation_id: FromPath[UUID],
        index: MilestoneIndex,
        permit: Injected[ReadReviews],
        reviews: Injected[Reviews],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[Review]:
        of = f"reviews {simulation_id} {index}"
        after = cursors.read(cursor, of=of, start=NEWEST)
        rows = await reviews.of_simulation(permit, simulation_id, index, user_id=user_id, after=after, limit=limit + 1)
        return _page(cursors, rows, limit, of)

    @post("/tasks/{task_id:str}/reviews", guards=_HAND_IN, summary="Hand in a predefined project's work")
    async def hand_in_task(
        self,
        task_id: Slug,
        data: JSONBody[NewWork],
        permit: Injected[CreateReviews],
        reviews: Injected[Reviews],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Review]:
        grading = await reviews.take_in_task(permit, task_id, data, idempotency_key)
        return await _graded(request, permit, reviews, grading)

    @get("/tasks/{task_id:str}/reviews", guards=_READ, summary="A predefined project's reviews, newest first")
    async def of_task(
        self,
        task_id: Slug,
        permit: Injected[ReadReviews],
        reviews: Injected[Reviews],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[Review]:
        of = f"reviews {task_id}"
        after = cursors.read(cursor, of=of, start=NEWEST)
        rows = await reviews.of_task(permit, task_id, user_id=user_id, after=after, limit=limit + 1)
        return _page(cursors, rows, limit, of)

    @get("/reviews/{review_id:uuid}", guards=_READ, summary="One review")
    async def show(
        self, review_id: FromPath[UUID], permit: Injected[ReadReviews], review_rows: Injected[ReviewRepository]
    ) -> Review:
        return await review_rows.whole(permit.caller.tenant_id, permit.rows, review_id)
