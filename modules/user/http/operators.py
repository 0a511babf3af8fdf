"""What only the platform's own staff may ask for: their log-in, and every user."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from core.http.authority import OPEN, OPERATORS
from core.http.caller import Operator
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.user.contracts import NewUser, OperatorLoggedIn, OperatorLogIn, UserChange, UserRecord
from modules.user.http.browser import Browser
from modules.user.repositories.operators import OperatorRepository
from modules.user.services.operators import OperatorEntry, UserCare

_LIST = "operators' users"

PartOfAddress = Annotated[
    str | None,
    QueryParameter(name="email", max_length=254, description="Only users whose address contains this, in any case."),
]


class OperatorsController(Controller):
    path = "/operators"
    tags = ("operators",)

    @post("/login", **OPEN, status_code=200, summary="Log in as an operator")
    async def log_in(
        self,
        data: JSONBody[OperatorLogIn],
        operator_entry: Injected[OperatorEntry],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
    ) -> OperatorLoggedIn:
        return await operator_entry.log_in(data, browser.device(request))

    @post("/logout", **OPERATORS, status_code=204, summary="Log out; the token is refused from the next request on")
    async def log_out(self, operators: Injected[OperatorRepository], operator: Injected[Operator]) -> None:
        await operators.end_session(operator.operator_id, operator.session_id)

    @get("/users", **OPERATORS, summary="All users, newest first, deleted ones too")
    async def list_users(
        self,
        user_care: Injected[UserCare],
        cursors: Injected[Cursors],
        email: PartOfAddress = None,
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[UserRecord]:
        after = cursors.read(cursor, of=_LIST, start=NEWEST)
        rows = await user_care.page(email or "", after, limit + 1)
        return cursors.page(rows, limit, of=_LIST, key=lambda user: (user.created_at, user.id))

    @post("/users", **OPERATORS, summary="Make a user, with a personal tenant and 10 credits")
    async def create_user(self, data: JSONBody[NewUser], user_care: Injected[UserCare]) -> UserRecord:
        return await user_care.create(data)

    @get("/users/{user_id:uuid}", **OPERATORS, summary="One user")
    async def show_user(self, user_id: FromPath[UUID], user_care: Injected[UserCare]) -> UserRecord:
        return await user_care.show(user_id)

    @patch("/users/{user_id:uuid}", **OPERATORS, summary="Change a user's address or profile")
    async def change_user(
        self, user_id: FromPath[UUID], data: JSONBody[UserChange], user_care: Injected[UserCare]
    ) -> UserRecord:
        return await user_care.change(user_id, data)

    @delete("/users/{user_id:uuid}", **OPERATORS, summary="Delete a user, as users delete themselves")
    async def remove_user(self, user_id: FromPath[UUID], user_care: Injected[UserCare]) -> None:
        await user_care.delete(user_id)
