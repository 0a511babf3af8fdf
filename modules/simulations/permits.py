"""What use cases of this module ask to have been allowed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.http.authority import Permit

CreateSimulations: TypeAlias = Permit[Literal["create"], Literal["simulations"]]
ReadSimulations: TypeAlias = Permit[Literal["read"], Literal["simulations"]]
DeleteSimulations: TypeAlias = Permit[Literal["delete"], Literal["simulations"]]
CreateMessages: TypeAlias = Permit[Literal["create"], Literal["messages"]]
ReadMessages: TypeAlias = Permit[Literal["read"], Literal["messages"]]
ReadProgress: TypeAlias = Permit[Literal["read"], Literal["progress"]]
UpdateProgress: TypeAlias = Permit[Literal["update"], Literal["progress"]]
CreateReviews: TypeAlias = Permit[Literal["create"], Literal["reviews"]]
ReadReviews: TypeAlias = Permit[Literal["read"], Literal["reviews"]]
CreateInterviews: TypeAlias = Permit[Literal["create"], Literal["interviews"]]
ReadInterviews: TypeAlias = Permit[Literal["read"], Literal["interviews"]]
