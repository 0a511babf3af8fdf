"""The database functions of simulations: what housekeeping does for all tenants at once."""

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
