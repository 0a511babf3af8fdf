"""The directory: who else is in the tenant."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from core.errors import NotFound
from core.http.authority import requires
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.permits import ReadUsers
from modules.authorization.repositories import Directory
from modules.user import User, shown

_LIST = "users"

Part = Annotated[
    str | None,
    QueryParameter(
        name="q", max_length=100, description="Only users whose name or address contains this, in any case."
    ),
]


class DirectoryController(Controller):
    path = "/users"
    tags = ("users",)

    @get("/", guards=[requires("read", "users")], summary="The users of my tenant, by the time of joining")
    async def list_users(
        self,
        directory: Injected[Directory],
        permit: Injected[ReadUsers],
        cursors: Injected[Cursors],
        q: Part = None,
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[User]:
        after = cursors.read(cursor, of=_LIST, start=OLDEST)
        rows = await directory.page(permit.caller.tenant_id, permit.rows, q or "", after, limit + 1)
        found = cursors.page(rows, limit, of=_LIST, key=lambda user: (user.joined_at, user.id))
        return Page([shown(user) for user in found.items], found.next_cursor)

    @get("/{user_id:uuid}", guards=[requires("read", "users")], summary="One user of my tenant")
    async def show_user(
        self, user_id: FromPath[UUID], directory: Injected[Directory], permit: Injected[ReadUsers]
    ) -> User:
        found = await directory.one(permit.caller.tenant_id, permit.rows, user_id)
        if found is None:
            raise NotFound("The tenant has no such user.")
        return shown(found)
