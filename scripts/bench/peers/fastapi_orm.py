"""The usual: FastAPI, SQLAlchemy's async ORM and pydantic under uvicorn, as fast as these get.

`python -m scripts.bench.peers.fastapi_orm CONNINFO PORT SECRET_KEY`. It is given every advantage that its kind allows:
uvloop, httptools, no access log, no middleware, asyncpg (faster here than psycopg), async dependencies (a plain
function would go to a thread), the session resolved by one function that also sets the identity, user and profile in
one query.
"""

# mypy: disable-error-code="import-not-found", disallow-subclassing-any=False, disallow-untyped-decorators=False
# Its libraries are in .venv-bench only.

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
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
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
    profile: Mapped[Profile] = relationship(lazy="joined", innerjoin=True)


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
    token_hash = hmac.digest(request.app.state.key, authorization.removeprefix("Bearer ").encode(), "sha256").hex()
    identified = func.app.identify_session(token_hash, None).table_valued(column("user_id", Uuid))
    user_id = await opened.scalar(select(identified.c.user_id))
    user = None if user_id is None else await opened.get(User, user_id)
    if user is None:
        raise HTTPException(401)
    return user


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


def create_app(conninfo: str, secret_key: str, driver: str = "asyncpg") -> FastAPI:
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    engine = create_async_engine(
        URL.create(
            f"postgresql+{driver}",
            username=given["user"],
            database=given["dbname"],
            query={"host": given["host"], "port": given["port"]},
        ),
        pool_size=POOL_SIZE,
        max_overflow=0,
    )
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.key = hashlib.sha256(b"interna session\0" + secret_key.encode()).digest()
    app.get("/api/v1/users/me", response_model=UserOut)(show)
    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[1], sys.argv[3], *sys.argv[4:]),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=1024,
    )
