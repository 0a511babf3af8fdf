"""Pictures of users: put one's own, and show anybody's."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, put
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.params import PathParameter

from core.errors import Invalid
from core.http.authority import OPEN
from core.http.route import Injected
from modules.user.contracts import User
from modules.user.pictures import kind_of
from modules.user.services.avatars import LARGEST_BYTES, Avatars, Pictures

_FORM = b"multipart/form-data"
_KINDS = frozenset({b"image/png", b"image/jpeg", b"image/gif", b"image/webp", _FORM})

Name = Annotated[str, PathParameter(max_length=100)]


class AvatarsController(Controller):
    path = "/"
    tags = ("users",)

    @put("/users/me/avatar", opt={"media_types": _KINDS}, summary="Put a picture of me")
    async def put_picture(self, avatars: Injected[Avatars], request: Request[Any, Any, Any]) -> User:
        said, content = await _picture(request)
        if len(content) > LARGEST_BYTES:
            raise HTTPException(status_code=413, detail=f"A picture has at most {LARGEST_BYTES // 1024} KiB.")
        if content and kind_of(content) != said:
            raise HTTPException(status_code=415, detail="This is no picture of the kind that Content-Type says.")
        return await avatars.put(content)

    @get("/avatars/{name:str}", **OPEN, summary="Show a picture")
    async def show_picture(self, name: Name, pictures: Injected[Pictures]) -> Response[bytes]:
        picture = await pictures.show(name)
        headers = {
            "cache-control": "public, max-age=31536000, immutable",  # another picture has another name
            "cross-origin-resource-policy": "cross-origin",  # shown on pages of front ends
        }
        return Response(picture.content, media_type=picture.kind, headers=headers)


async def _picture(request: Request[Any, Any, Any]) -> tuple[str, bytes]:
    """What it is said to be, and its bytes: the body itself, or the one file of a form."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type.encode() != _FORM:
        return media_type, await request.body()
    parts = [part for _, part in (await request.form()).multi_items()]
    if len(parts) != 1 or not isinstance(parts[0], UploadFile):
        raise Invalid("The form must hold one file and nothing else.", path="file")
    return parts[0].content_type.lower(), await parts[0].read()
