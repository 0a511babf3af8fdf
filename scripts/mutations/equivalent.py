"""Mutants that nobody could tell from the original, each with its reason. As short as truth allows: they are tried too.

An entry that is killed, or that is no mutant any more, fails the run.
"""

from __future__ import annotations

from typing import Final

_SAME: Final = "USING asks for the same right, and not of the row: whoever lacks it finds nothing to check"

EQUIVALENT: Final[dict[tuple[str, str], str]] = {
    (table, f"policy managed_update: WITH CHECK {change}"): _SAME
    for table, change in (
        ("authz.invitations", "(true)"),
        ("authz.invitations", "app.user_id() instead of app.others('invitations:delete')"),
        ("authz.policies", "(true)"),
        ("authz.policies", "app.user_id() instead of app.others('policies:update')"),
        ("authz.roles", "without (app.others('roles:update') IS NOT NULL)"),
        ("authz.roles", "app.user_id() instead of app.others('roles:update')"),
        ("authz.tenants", "(true)"),
        ("authz.tenants", "app.user_id() instead of app.others('tenants:update')"),
    )
} | {
    (table, "policy system_update: WITH CHECK without (app.user_id() IS NULL)"): _SAME
    for table in ("billing.customers", "billing.subscriptions")
}
