"""The plans that there are."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database.metadata import at_least, closed, created_at, metadata, updated_at
from core.database.protection import (
    shared,
)
from modules.billing.domain import PlanId

plans = Table(
    "plans",
    metadata,
    closed("id", PlanId),
    Column("name", Text, nullable=False),
    Column("monthly_credits", Integer, at_least("monthly_credits"), nullable=False),
    Column("price_cents", Integer, at_least("price_cents"), nullable=False),
    Column("yearly_price_cents", Integer, at_least("yearly_price_cents"), server_default=text("0"), nullable=False),
    Column("currency", Text, server_default="usd", nullable=False),
    Column("limits", JSONB, server_default=text("'{}'"), nullable=False),
    # Whole credits by what is paid for; what is not named costs what the price list says.
    Column(
        "prices",
        JSONB,
        CheckConstraint(
            "jsonb_typeof(prices) = 'object' and not jsonb_path_exists(prices,"
            """ '$.* ? (@.type() <> "number" || @ < 0 || @ > 10000 || @.floor() <> @)')""",
            name="prices",
        ),
        server_default=text("'{}'"),
        nullable=False,
    ),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("id"),
    schema="billing",
)
shared(plans)
