"""What Alembic runs: autogenerate over the one metadata, policies, grants, functions and triggers included."""

from __future__ import annotations

from typing import Any

from alembic import context

import app.composition  # noqa: F401  # its modules declare their tables
import core.database.functions  # noqa: F401  # and core its functions
from core.database.autogenerate import schemas
from core.database.metadata import metadata
from core.database.migrations import VERSION_TABLE

OURS = schemas()


def include_name(name: str | None, kind: str, _: Any) -> bool:
    return kind != "schema" or name in OURS


def include_object(item: Any, name: str | None, kind: str, reflected: bool, _: Any) -> bool:
    """Partitions are made by the migrations and by time, not by the metadata."""
    return not (kind == "table" and reflected and f"{item.schema}.{name}" not in metadata.tables)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    include_name=include_name,
    include_object=include_object,
    version_table=VERSION_TABLE,
    version_table_schema="app",
    compare_server_default=True,
    transaction_per_migration=False,
    autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
)
with context.begin_transaction():
    context.run_migrations()
