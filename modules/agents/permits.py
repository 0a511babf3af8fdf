"""What use cases of this module ask to have been allowed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.http.authority import Permit

CreateSessions: TypeAlias = Permit[Literal["create"], Literal["agent_sessions"]]
ReadSessions: TypeAlias = Permit[Literal["read"], Literal["agent_sessions"]]
CreateRequests: TypeAlias = Permit[Literal["create"], Literal["agent_requests"]]
ReadRequests: TypeAlias = Permit[Literal["read"], Literal["agent_requests"]]
DeleteRequests: TypeAlias = Permit[Literal["delete"], Literal["agent_requests"]]
