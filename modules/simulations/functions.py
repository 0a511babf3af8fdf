"""The database functions of simulations: what nobody has the right to do by hand."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.protection import Function, declare

declare(
    metadata,
    # Some at a time, and none that somebody is going on with at this moment.
    Function(
        "simulations.abandon_interviews(interval)",
        """
CREATE OR REPLACE FUNCTION simulations.abandon_interviews(age interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
WITH abandoned AS (
    UPDATE simulations.interviews i SET status = 'abandoned'
    WHERE (i.tenant_id, i.id) IN (
        SELECT old.tenant_id, old.id FROM simulations.interviews old
        WHERE old.status = 'active' AND old.updated_at < now() - age
        ORDER BY old.updated_at LIMIT 500 FOR UPDATE SKIP LOCKED)
    RETURNING 1)
SELECT count(*) FROM abandoned $$""",
    ),
)
declare(
    metadata,
    # Of every user, whatever whoever deletes may read. Progress has no foreign key: a project may be a task, too.
    Function(
        "simulations.forget_progress()",
        """
CREATE OR REPLACE FUNCTION simulations.forget_progress() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    DELETE FROM simulations.progress WHERE tenant_id = OLD.tenant_id AND project_id = OLD.id::text;
    RETURN NULL;
END $$""",
        callable=False,
    ),
)
