"""Programs that answer `GET /api/v1/users/me` as the application does, each in the manner of its kind."""

from __future__ import annotations

from typing import Final

POOL_SIZE: Final = 20
