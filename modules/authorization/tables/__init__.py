"""The tables of schema `authz`."""

from core.database.protection import trigger
from modules.authorization.tables.access import departures, memberships, policies, role_rights, roles
from modules.authorization.tables.invitations import invitations
from modules.authorization.tables.tenants import tenant_attributes, tenants

__all__ = [
    "departures",
    "invitations",
    "memberships",
    "policies",
    "role_rights",
    "roles",
    "tenant_attributes",
    "tenants",
]

for _table in (roles, memberships, policies, tenant_attributes):
    for _event, _rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        trigger(
            _table,
            f"bump_on_{_event}",
            f"AFTER {_event.upper()} ON {{table}} REFERENCING {_rows} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()",
        )
for _table, _events in (
    (roles, ("insert", "update")),
    (policies, ("insert", "update", "delete")),
    (tenant_attributes, ("update",)),
):
    for _event in _events:
        trigger(
            _table,
            f"recompile_on_{_event}",
            f"AFTER {_event.upper()} ON {{table}} REFERENCING {'OLD' if _event == 'delete' else 'NEW'} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()",
        )
