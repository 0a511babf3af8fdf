"""Teaches Alembic's autogenerate about policies, grants, functions and triggers. Importing it registers that, once."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import ExecuteSQLOp, UpgradeOps
from alembic.util import DispatchPriority

from core.database.drift import declared, difference, present
from core.database.metadata import metadata


def schemas() -> set[str]:
    """The schemas that the metadata owns; the job queue's is not among them."""
    return {str(table.schema) for table in metadata.tables.values()} | {"app"}


class Protect(ExecuteSQLOp):
    """DDL of a policy, a grant, a function or a trigger. There is no way down, so its reverse is never asked for."""

    def reverse(self) -> Protect:
        return self


@renderers.dispatch_for(Protect)
def _render(_: AutogenContext, operation: Protect) -> str:
    said = str(operation.sqltext)
    return f'op.execute("""\n{said}\n""")' if "\n" in said else f"op.execute({said!r})"


@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)  # after the tables' own comparison
def _compare(autogen: AutogenContext, upgrade: UpgradeOps, _: Any) -> None:
    assert autogen.connection is not None
    before, after = difference(declared(metadata), present(autogen.connection, schemas()))
    upgrade.ops[:0] = [Protect(statement) for statement in before]
    upgrade.ops.extend(Protect(statement) for statement in after)
