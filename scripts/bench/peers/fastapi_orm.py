"""The usual: FastAPI, SQLAlchemy's async ORM and pydantic under uvicorn, in two manners.

`python -m scripts.bench.peers.fastapi_orm CONNINFO PORT SECRET_KEY usual|tuned`.

- `usual` keeps the steps apart: look the session up, say who acts by `set_config` (which the function that resolves
  the session has done already), load the user, and the profile by its relationship.
- `tuned` leaves out what can be left out: the function that resolves the session sets the identity as well, and user
  and profile come in one query, by a join.

Both get every advantage that their kind allows: uvloop, httptools, no access log, no middleware, asyncpg (1.2 times
psycopg here, in every round), async dependencies (a plain function would go to a thread).
"""

# mypy: disable-error-code="import-not-found", disallow-subclassing-any=False, disallow-untyped-decorators=False

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel
from sqlalchemy import ARRAY, URL, ForeignKey, MetaData, Text, Uuid, column, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.types import TIMESTAMP

from scripts.bench.peers import POOL_SIZE

_Instant: Final = TIMESTAMP(timezone=True)


class Base(DeclarativeBase):
    metadata = MetaData(schema="users")


class Profile(Base):
    __tablename__ = "profiles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.users.id"), primary_key=True)
    name: Mapped[str | None]
    image_url: Mapped[str | None]
    bio: Mapped[str | None]
    field: Mapped[str]
    experience_level: Mapped[str]
    interests: Mapped[list[str]] = mapped_column(ARRAY(Text))
    region: Mapped[str | None]
    onboarding_completed_at: Mapped[datetime | None] = mapped_column(_Instant)


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_verified_at: Mapped[datetime | None] = mapped_column(_Instant)
    created_at: Mapped[datetime] = mapped_column(_Instant)
    profile: Mapped[Profile] = relationship()


class OnboardingOut(BaseModel):
    status: str
    missing: list[str]


class UserOut(BaseModel):
    id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    bio: str | None
    field: str
    experience_level: str
    interests: list[str]
    region: str | None
    onboarding: OnboardingOut
    created_at: datetime


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as opened, opened.begin():
        yield opened


Session = Annotated[AsyncSession, Depends(session, scope="function")]


async def current_user(request: Request, opened: Session, authorization: Annotated[str, Header()] = "") -> User:
    state = request.app.state
    token_hash = hmac.digest(state.key, authorization.removeprefix("Bearer ").encode(), "sha256").hex()
    found = (await opened.execute(select(_identified(token_hash)))).one_or_none()
    if found is None:
        raise HTTPException(401)
    if state.tuned:
        how = joinedload(User.profile, innerjoin=True)
    else:
        await opened.execute(
            select(
                func.set_config("app.user_id", str(found.user_id), True),
                func.set_config("app.tenant_id", str(found.tenant_id), True),
            )
        )
        how = selectinload(User.profile)
    return (await opened.execute(select(User).options(how).where(User.id == found.user_id))).scalar_one()


def _identified(token_hash: str) -> Any:
    return func.app.identify_session(token_hash, None).table_valued(column("user_id", Uuid), column("tenant_id", Uuid))


async def show(user: Annotated[User, Depends(current_user)]) -> Any:
    profile = user.profile
    missing = [] if profile.interests else ["interests"]
    completed = profile.onboarding_completed_at is not None and not missing
    return UserOut(
        id=user.id,
        email=user.email,
        email_verified=user.email_verified_at is not None,
        name=profile.name,
        image_url=profile.image_url,
        bio=profile.bio,
        field=profile.field,
        experience_level=profile.experience_level,
        interests=profile.interests,
        region=profile.region,
        onboarding=OnboardingOut(status="completed" if completed else "pending", missing=missing),
        created_at=user.created_at,
    )


def create_app(conninfo: str, secret_key: str, *, tuned: bool) -> FastAPI:
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    engine = create_async_engine(
        URL.create(
            "postgresql+asyncpg",
            username=given["user"],
            database=given["dbname"],
            query={"host": given["host"], "port": given["port"]},
        ),
        pool_size=POOL_SIZE,
        max_overflow=0,
    )
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.tuned = tuned
    app.state.key = hashlib.sha256(b"interna session\0" + secret_key.encode()).digest()
    app.get("/api/v1/users/me", response_model=UserOut)(show)
    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[1], sys.argv[3], tuned=sys.argv[4] == "tuned"),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=1024,
    )
