"""A waiting job is found by the index that has them in order, whatever the queue's statistics say.

A queue is mostly empty, and a plan for an empty table reads and sorts all that wait for each one that is taken: where
2,000 wait, 3 ms instead of 0.04.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "ALTER FUNCTION jobs.procrastinate_fetch_job_v2(varchar[], bigint) SET enable_sort = off"
        " SET enable_bitmapscan = off"
    )
