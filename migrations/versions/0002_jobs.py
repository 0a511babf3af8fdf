"""The job queue's own schema, as procrastinate ships it."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE SCHEMA jobs")
    op.execute("GRANT USAGE ON SCHEMA jobs TO interna_runtime")
    op.execute("SET LOCAL search_path TO jobs")
    cursor = op.get_bind().connection.cursor()
    cursor.execute(SchemaManager.get_schema())
    op.execute("SET LOCAL search_path TO DEFAULT")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO interna_runtime")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO interna_runtime")
    op.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO interna_runtime")
