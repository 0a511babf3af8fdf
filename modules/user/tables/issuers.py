"""Who else may say who somebody is: the issuers whose tokens are accepted."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core.database.metadata import created_at, identifier, metadata, updated_at
from core.database.protection import shared

trusted_issuers = Table(
    "trusted_issuers",
    metadata,
    identifier(primary_key=True),
    Column("issuer", Text, CheckConstraint("issuer ~ '^https?://'", name="issuer_is_url"), nullable=False, unique=True),
    Column("jwks_uri", Text, CheckConstraint("jwks_uri ~ '^https?://'", name="jwks_uri_is_url")),
    Column("secret_variable", Text),
    Column("audience", Text, nullable=False),
    Column(
        "algorithms",
        ARRAY(Text),
        CheckConstraint("cardinality(algorithms) between 1 and 16", name="algorithms_count"),
        nullable=False,
    ),
    Column("claims", JSONB, server_default=text("'{}'"), nullable=False),
    Column("trust_email", Boolean, server_default=text("false"), nullable=False),
    Column("organisation_claim", Text),
    Column("tenants", JSONB, server_default=text("'{}'"), nullable=False),
    created_at(),
    updated_at(),
    CheckConstraint("jwks_uri is null or secret_variable is null", name="one_kind_of_key"),
    schema="users",
)
shared(trusted_issuers)  # it names variables, never their values
