"""The functions of schema `app` that belong to no module: ids, identity, and the `updated_at` trigger."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.types import Uuid

from core.database.metadata import metadata
from core.database.protection import Function, declare
from core.database.statement import Statement

# On PostgreSQL 18 this is the server's own; before, the same layout (RFC 9562, section 5.7) made from a random UUID.
UUIDV7 = Function(
    "app.uuidv7()",
    """
CREATE OR REPLACE FUNCTION app.uuidv7() RETURNS uuid LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        RETURN pg_catalog.uuidv7();
    END IF;
    RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid;
END $$""",
    before_tables=True,
)

# For what must know its id before its row is written.
NEW_ID: Final = Statement(select(func.app.uuidv7(type_=Uuid)), into=UUID)

# Until the transaction ends, nobody else passes with the same `turn`: who counts before writing counts what is written.
TAKE_TURN: Final = Statement.nullable(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("turn", type_=Text), 0), type_=Text)), into=str
)

USER_ID = Function(
    "app.user_id()",
    """
CREATE OR REPLACE FUNCTION app.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$""",
    before_tables=True,
)

TENANT_ID = Function(
    "app.tenant_id()",
    """
CREATE OR REPLACE FUNCTION app.tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$""",
    before_tables=True,
)

OPERATOR_ID = Function(
    "app.operator_id()",
    """
CREATE OR REPLACE FUNCTION app.operator_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.operator_id', true), '')::uuid $$""",
    before_tables=True,
)

# A right is `resource:action`. Both settings are lists with a space around every right, or `*`; who resolves the caller
# writes them. The answer is the caller's id, so that a policy compares a row's owner with it and an index can serve.
OWN = Function(
    "app.own(text)",
    """
CREATE OR REPLACE FUNCTION app.own(wanted text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('app.own', true) = '*'
                 OR strpos(current_setting('app.own', true), ' ' || wanted || ' ') > 0
          THEN nullif(current_setting('app.user_id', true), '')::uuid END $$""",
    before_tables=True,
)

OTHERS = Function(
    "app.others(text)",
    """
CREATE OR REPLACE FUNCTION app.others(wanted text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('app.others', true) = '*'
                 OR strpos(current_setting('app.others', true), ' ' || wanted || ' ') > 0
          THEN nullif(current_setting('app.user_id', true), '')::uuid END $$""",
    before_tables=True,
)

TOUCH = Function(
    "app.touch_updated_at()",
    """
CREATE OR REPLACE FUNCTION app.touch_updated_at() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS
$$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$""",
    callable=False,
    before_tables=True,
)

for _function in (UUIDV7, USER_ID, TENANT_ID, OPERATOR_ID, OWN, OTHERS, TOUCH):
    declare(metadata, _function)
