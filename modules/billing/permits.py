"""What use cases of this module ask to have been allowed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.http.authority import Permit

ReadSubscriptions: TypeAlias = Permit[Literal["read"], Literal["subscriptions"]]
UpdateSubscriptions: TypeAlias = Permit[Literal["update"], Literal["subscriptions"]]
CreateUsage: TypeAlias = Permit[Literal["create"], Literal["usage"]]
ReadUsage: TypeAlias = Permit[Literal["read"], Literal["usage"]]
