"""The ledger: accounts, the grants that they are made of, entries that stay, and holds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    of_tenant,
    protect,
    tenant_isolation,
    trigger,
)
from modules.billing.domain import EntryKind, HoldStatus
from modules.billing.tables.columns import tenant

credit_accounts = Table(
    "credit_accounts",
    metadata,
    tenant(primary_key=True),
    Column("balance", Integer, at_least("balance"), server_default=text("0"), nullable=False),
    Column("held", Integer, at_least("held"), server_default=text("0"), nullable=False),
    created_at(),
    updated_at(),
    CheckConstraint("held <= balance", name="held_within_balance"),
    schema="billing",
)
protect(
    credit_accounts,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(balance, held)"},
)

credit_grants = Table(
    "credit_grants",
    metadata,
    tenant(),
    identifier(),
    Column("amount", Integer, at_least("amount", 1), nullable=False),
    Column("remaining", Integer, at_least("remaining"), nullable=False),
    # What an index looks at, so that it is not written whenever a part is spent (a heap-only update).
    Column("open", Boolean, Computed("remaining > 0", persisted=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    CheckConstraint("remaining <= amount", name="remaining_within_amount"),
    Index("ix_credit_grants_unspent", "tenant_id", "expires_at", postgresql_where=text("open")),
    Index("ix_credit_grants_due", "expires_at", postgresql_where=text("open AND expires_at IS NOT NULL")),
    schema="billing",
)
protect(
    credit_grants,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(remaining)"},
)

credit_entries = Table(
    "credit_entries",
    metadata,
    tenant(),
    identifier(),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_not_0"), nullable=False),
    closed("kind", EntryKind),
    Column("reason", Text, nullable=False),
    Column("reference", Text),  # what it was for, an id; or who did it, such as `operator:<id>`
    Column("idempotency_key", Text),
    Column("refund_of", Uuid),
    Column("balance_after", Integer, at_least("balance_after"), nullable=False),
    # The order in which an account's entries were entered. It is drawn while the account is locked; `created_at` is
    # when the transaction began, which of two may be the other way round.
    Column("number", BigInteger, Identity(), at_least("number", 1), nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "idempotency_key"),
    UniqueConstraint("tenant_id", "number"),
    ForeignKeyConstraint(
        ["tenant_id", "refund_of"],
        ["billing.credit_entries.tenant_id", "billing.credit_entries.id"],
        ondelete="CASCADE",
    ),
    CheckConstraint(
        "case when kind in ('grant', 'refund') then amount > 0 when kind in ('spend', 'expiry') then amount < 0"
        " else true end",
        name="sign",
    ),
    CheckConstraint("(kind = 'refund') = (refund_of is not null)", name="refund"),
    Index("ix_credit_entries_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    Index("ix_credit_entries_refund_of", "tenant_id", "refund_of", postgresql_where=text("refund_of IS NOT NULL")),
    schema="billing",
)
protect(credit_entries, tenant_isolation(), *of_tenant("select", "insert"), grants={"select", "insert"})

# Which grants an entry filled or drew from: an entry's amount is the sum of its allocations, and so is what remains of
# a grant.
credit_allocations = Table(
    "credit_allocations",
    metadata,
    tenant(),
    Column("entry_id", Uuid, nullable=False),
    Column("grant_id", Uuid, nullable=False),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_not_0"), nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "entry_id", "grant_id"),
    ForeignKeyConstraint(
        ["tenant_id", "entry_id"],
        ["billing.credit_entries.tenant_id", "billing.credit_entries.id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["tenant_id", "grant_id"],
        ["billing.credit_grants.tenant_id", "billing.credit_grants.id"],
        ondelete="CASCADE",
    ),
    Index("ix_credit_allocations_grant_id", "tenant_id", "grant_id"),
    schema="billing",
)
protect(credit_allocations, tenant_isolation(), *of_tenant("select", "insert"), grants={"select", "insert"})
for _ledger in (credit_entries, credit_allocations):
    trigger(
        _ledger,
        "append_only",
        "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION billing.refuse_change()",
    )
    trigger(
        _ledger,
        "never_emptied",
        "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change()",
    )

credit_holds = Table(
    "credit_holds",
    metadata,
    tenant(),
    identifier(),
    Column("amount", Integer, at_least("amount"), nullable=False),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    closed("status", HoldStatus, default="open"),
    Column("spent", Integer, at_least("spent")),  # what it really cost, once settled
    Column("reason", Text, nullable=False),
    Column("reference", Uuid, nullable=False),
    Column("expires_at", Instant, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index("ix_credit_holds_user_id_created_at", "user_id", text("created_at DESC")),
    CheckConstraint("spent is null or (status = 'settled' and spent <= amount)", name="spent_within_amount"),
    Index("ix_credit_holds_open", "expires_at", postgresql_where=text("status = 'open'")),
    schema="billing",
)
protect(
    credit_holds,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(spent, status)"},
)
