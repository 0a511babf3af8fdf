"""Policies of a tenant, decisions, and the report of who may do what."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from core.http.authority import IN_PATH, requires
from core.http.caller import Caller
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.policies import (
    AccessReport,
    Checks,
    Decisions,
    NewPolicy,
    PolicyChange,
    RolePolicy,
)
from modules.authorization.permits import CreatePolicies, DeletePolicies, ReadPolicies, UpdatePolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services import Policies, PolicyAuthorizer, Reporting

OfRole = Annotated[UUID | None, QueryParameter(name="role_id", description="Only this role's policies.")]


class PoliciesController(Controller):
    """What the roles of a tenant may do."""

    path = "/tenants/{tenant_id:str}/policies"
    tags = ("access",)

    @post("/", **IN_PATH, guards=[requires("create", "policies")], summary="Give a role a policy")
    async def create(
        self,
        tenant_id: FromPath[str],
        data: JSONBody[NewPolicy],
        permit: Injected[CreatePolicies],
        policies: Injected[Policies],
    ) -> Response[RolePolicy]:
        made = await policies.add(permit, data)
        return Response(made, headers={"location": f"/api/v1/tenants/{tenant_id}/policies/{made.id}"})

    @get("/", **IN_PATH, guards=[requires("read", "policies")], summary="Policies, oldest first")
    async def list_policies(
        self,
        tenant_id: FromPath[str],
        permit: Injected[ReadPolicies],
        stored_policies: Injected[PolicyRepository],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        role_id: OfRole = None,
    ) -> Page[RolePolicy]:
        of = f"policies {permit.caller.tenant_id}"
        after = cursors.read(cursor, of=of, start=OLDEST)
        rows = await stored_policies.page(permit.caller.tenant_id, permit.rows, after, limit + 1, of_role=role_id)
        return cursors.page(rows, limit, of=of, key=lambda row: (row.created_at, row.id))

    @get("/{policy_id:uuid}", **IN_PATH, guards=[requires("read", "policies")], summary="One policy")
    async def show(
        self,
        tenant_id: FromPath[str],
        policy_id: FromPath[UUID],
        permit: Injected[ReadPolicies],
        stored_policies: Injected[PolicyRepository],
    ) -> RolePolicy:
        return await stored_policies.get(permit.caller.tenant_id, permit.rows, policy_id)

    @patch("/{policy_id:uuid}", **IN_PATH, guards=[requires("update", "policies")], summary="Change a policy")
    async def change(
        self,
        tenant_id: FromPath[str],
        policy_id: FromPath[UUID],
        data: JSONBody[PolicyChange],
        permit: Injected[UpdatePolicies],
        policies: Injected[Policies],
    ) -> RolePolicy:
        return await policies.change(permit, policy_id, data)

    @delete("/{policy_id:uuid}", **IN_PATH, guards=[requires("delete", "policies")], summary="Take a policy away")
    async def remove(
        self,
        tenant_id: FromPath[str],
        policy_id: FromPath[UUID],
        permit: Injected[DeletePolicies],
        policies: Injected[Policies],
    ) -> None:
        await policies.remove(permit, policy_id)


class AccessController(Controller):
    """Who may do what."""

    tags = ("access",)

    @get(
        "/tenants/{tenant_id:str}/access-report",
        **IN_PATH,
        guards=[requires("read", "policies"), requires("read", "members")],
        summary="Who may do what, and by which policy",
    )
    async def report(
        self, tenant_id: FromPath[str], permit: Injected[ReadPolicies], reporting: Injected[Reporting]
    ) -> AccessReport:
        return await reporting.report(permit)

    @post("/authorization/check", status_code=200, summary="Ask what I may do, up to 100 questions at once")
    async def check(
        self, data: JSONBody[Checks], caller: Injected[Caller], decider: Injected[PolicyAuthorizer]
    ) -> Decisions:
        return Decisions(await decider.answers(caller, data.checks))
