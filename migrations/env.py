"""What Alembic runs: autogenerate over the one metadata, policies, grants, functions and triggers included."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import ExecuteSQLOp, UpgradeOps
from alembic.util import DispatchPriority

import app.composition  # noqa: F401  # its modules declare their tables
import core.database.functions  # noqa: F401  # and core its functions
from core.database.metadata import metadata
from core.database.migrations import VERSION_TABLE
from core.database.protection import declared, difference, present

SCHEMAS = {str(table.schema) for table in metadata.tables.values()} | {"app"}


class Protect(ExecuteSQLOp):
    """DDL of a policy, a grant, a function or a trigger. There is no way down, so its reverse is never asked for."""

    def reverse(self) -> Protect:
        return self


@renderers.dispatch_for(Protect)
def render_protect(_: AutogenContext, operation: Protect) -> str:
    said = str(operation.sqltext)
    return f'op.execute("""\n{said}\n""")' if "\n" in said else f"op.execute({said!r})"


@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)  # after the tables' own comparison
def compare_protection(autogen: AutogenContext, upgrade: UpgradeOps, _: Any) -> None:
    assert autogen.connection is not None
    before, after = difference(declared(metadata), present(autogen.connection, SCHEMAS))
    upgrade.ops[:0] = [Protect(statement) for statement in before]
    upgrade.ops.extend(Protect(statement) for statement in after)


def include_name(name: str | None, kind: str, _: Any) -> bool:
    return kind != "schema" or name in SCHEMAS


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
