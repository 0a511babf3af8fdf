"""All modules' seeds in the order of their dependencies, in one transaction, as the owner."""

from __future__ import annotations

import psycopg

from core.database.protection import OWNER
from core.database.seeding import Planted, Plot
from modules.authorization.seed import People, seed_tenants
from modules.billing.seed import Subscriber, seed_plans, seed_subscribers
from modules.simulations.seed import seed_catalogue, seed_showcase
from modules.user.seed import seed_users


def seed_all(owner: str, *, development: bool) -> list[Planted]:
    """Plant what is missing on the database of `owner` (a conninfo).

    The plans and the catalogue always; users, tenants and what is theirs only in development, because their passwords
    are known to everybody. A second run changes nothing.
    """
    with psycopg.connect(owner, options=f"-c role={OWNER} -c lock_timeout=5s") as connection:
        plot = Plot(connection)
        seed_plans(plot)
        seed_catalogue(plot)
        if development:
            _seed_development(plot)
        return plot.counts()


def _seed_development(plot: Plot) -> None:
    users = seed_users(plot)
    tenants = seed_tenants(plot, People(users.alice, users.bob, users.dana))
    seed_subscribers(
        plot,
        [
            Subscriber(tenants.acme, "acme", [users.alice, users.bob], "enterprise"),
            Subscriber(tenants.globex, "globex", [users.alice, users.dana], "pro"),
            *(Subscriber(tenant, "personal", [user]) for user, tenant in tenants.personal.items()),
        ],
    )
    seed_showcase(plot, tenant_id=tenants.acme, user_id=users.bob)
