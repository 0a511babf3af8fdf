"""An example in the database: its policies, its caller and its rows; and a request of that caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import select

from core.database.identity import Identified, SessionToken
from core.database.metadata import metadata
from core.database.pool import Database
from core.database.transaction import Transaction
from core.database.visible import ALL, NONE, Rows, VisibleStatement, resources
from core.http.caller import Caller
from modules.authorization.domain import NotAllowed, Policy, Rule
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services.decisions import PolicyAuthorizer, PolicyCache, Vocabulary
from modules.simulations.resources import SIMULATIONS
from modules.simulations.tables import simulations
from tests.authorization import arbitrary
from tests.authorization.arbitrary import ACME_ID, NOW, Row
from tests.authorization.organization import BOB_ID, MEMBER_ID

Facts: TypeAlias = dict[str, Any]
Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
TOKEN_HASH: Final = b"arbitrary policies"
MEMBER: Final = UUID(MEMBER_ID)
BOB: Final = UUID(BOB_ID)
VOCABULARY: Final = Vocabulary(resources(metadata))
SEEN: Final = VisibleStatement(SIMULATIONS, lambda visible: select(simulations.c.id).where(visible), into=UUID)

ARRANGE: Final = (
    """UPDATE users.users SET email_verified_at = CASE WHEN (%(subject)s -> 'subject.email_verified')::boolean
       THEN now() END WHERE id = %(bob)s""",
    """UPDATE users.profiles SET field = s."subject.field", experience_level = s."subject.experience_level",
       region = s."subject.region", interests = s."subject.interests"
       FROM jsonb_to_record(%(subject)s) AS s("subject.field" text, "subject.experience_level" text,
       "subject.region" text, "subject.interests" text[]) WHERE user_id = %(bob)s""",
    """UPDATE authz.tenant_attributes SET plan = t."tenant.plan", contract_type = t."tenant.contract_type",
       features = t."tenant.features", max_users = t."tenant.max_users"
       FROM jsonb_to_record(%(tenant)s) AS t("tenant.plan" text, "tenant.contract_type" text,
       "tenant.features" text[], "tenant.max_users" integer) WHERE tenant_id = %(acme)s""",
    "DELETE FROM authz.policies WHERE role_id = %(member)s",
    """INSERT INTO authz.policies (tenant_id, role_id, effect, resource, actions, conditions, scope, digest)
       SELECT %(acme)s, %(member)s, effect, resource, actions, conditions, scope, decode(digest, 'base64')
       FROM jsonb_to_recordset(%(rules)s)
       AS r(effect text, resource text, actions text[], conditions jsonb, scope text, digest text)""",
    "DELETE FROM simulations.simulations",
    """INSERT INTO simulations.simulations (tenant_id, id, user_id, title, context, client_mood, seed, level,
       difficulty, language, team_mode, status, field, created_at)
       SELECT tenant_id, id, user_id, 'x', 'x', 'busy', 0, level, difficulty, language, team_mode, status, field,
       created_at FROM jsonb_to_recordset(%(sims)s) AS s(tenant_id uuid, id uuid, user_id uuid, level integer,
       difficulty text, language text, team_mode text, status text, field text, created_at timestamptz)""",
)


class Scene(msgspec.Struct, frozen=True):
    """What is true of one example."""

    rules: list[Rule]
    subject: Facts
    tenant: Facts
    sims: tuple[Row, ...]

    @property
    def caller(self) -> Facts:
        """What is told of the caller, the tenant and the moment."""
        return {**self.subject, **self.tenant, **arbitrary.moments}

    @property
    def here(self) -> set[UUID]:
        return {UUID(sim.id) for sim in self.sims if sim.tenant_id == ACME_ID}

    def allowed(self, action: str, policies: RolePolicies | None = None, *, resource: str = "simulations") -> set[UUID]:
        """Of which simulations of the tenant policies allow it, or of what belongs to them, when all is known."""
        policies = policies or role(self.rules)
        return {
            UUID(sim.id)
            for sim in self.sims
            if sim.tenant_id == ACME_ID
            if policies.decide(action, resource, {**self.caller, **sim.facts()}).allowed
        }

    def arrange(self, owner: Connection) -> None:
        """Make it true in the database."""
        rules = [{**msgspec.structs.asdict(rule), "digest": rule.digest} for rule in self.rules]
        values = {
            "bob": BOB,
            "member": MEMBER,
            "acme": ACME_ID,
            "subject": as_json(self.subject),
            "tenant": as_json(self.tenant),
            "rules": as_json(rules),
            "sims": as_json(self.sims),
        }
        with owner.transaction():
            for statement in ARRANGE:
                owner.execute(statement.encode(), values)


class Request:
    """A request of bob for acme, by his session's token, as the runtime's own login; it changes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        assert transaction.identified is not None
        found = Identified(*transaction.identified)
        assert found.tenant_id is not None
        assert found.role_id is not None
        assert found.policy_version is not None
        self.transaction = transaction
        self._caller = Caller(found.session_id, BOB, found.tenant_id, found.role_id, found.policy_version, stale=False)
        policies = PolicyRepository(transaction)
        self._authorizer = PolicyAuthorizer(policies, PolicyCache(), VOCABULARY, lambda: NOW)

    async def opens(self, action: str) -> Rows:
        try:
            return (await self._authorizer.permit(self._caller, action, "simulations")).rows
        except NotAllowed:
            return NONE

    async def seen(self, visible: Rows = ALL) -> set[UUID]:
        """Row-level security alone, and with a filter."""
        return set(await self.transaction.all(SEEN.on(visible), **visible.binds))


@asynccontextmanager
async def requesting(database: Database) -> AsyncIterator[Request]:
    transaction = Transaction(database, SessionToken(TOKEN_HASH, "acme"))
    try:
        await transaction.open()
        yield Request(transaction)
    finally:
        await transaction.rollback()


def role(rules: list[Rule], constants: Facts | None = None) -> RolePolicies:
    policies = [Policy(UUID(int=number), MEMBER, rule) for number, rule in enumerate(rules, start=1)]
    return RolePolicies(policies, constants, VOCABULARY.kinds)


def as_json(value: Any) -> Jsonb:
    return Jsonb(value, dumps=msgspec.json.encode)
