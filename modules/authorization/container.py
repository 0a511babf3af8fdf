"""The authorization module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.authorization.functions  # declares them
import modules.authorization.resources  # noqa: F401
from core.container import CoreContainer, Scoped
from core.database.metadata import metadata
from core.database.visible import resources
from core.http.addresses import ClientAddresses
from core.jobs import Job
from core.mail import mailer_of
from core.module import Module, Subscription, provided
from modules.authorization.http import (
    AcceptanceController,
    AccessController,
    DirectoryController,
    InvitationsController,
    MembersController,
    OperatorTenantsController,
    PoliciesController,
    RolesController,
    TenantsController,
)
from modules.authorization.repositories import (
    Directory,
    InvitationRepository,
    MemberRepository,
    PolicyRepository,
    RoleRepository,
    TenantRepository,
)
from modules.authorization.services import (
    Acceptance,
    Delegation,
    Founding,
    InvitationMail,
    Inviting,
    Membership,
    Organizations,
    OwnerGone,
    OwnerLeaving,
    PersonalTenant,
    Policies,
    PolicyAuthorizer,
    PolicyCache,
    Reporting,
    RoleCare,
    TenantEntrance,
    Vocabulary,
)
from modules.authorization.services.invitations import MAIL_INVITATION, MAIL_WAITS
from modules.user import ArrivedForTenant, Guesses, UserAnonymised, UserDeleted, UserSignedUp


class AuthorizationContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    guesses: providers.Dependency[Guesses] = providers.Dependency()
    addresses = providers.Singleton(ClientAddresses, core.settings.provided.trusted_networks)
    secret = core.settings.provided.secret_key

    cache = providers.Singleton(PolicyCache)
    vocabulary = providers.Singleton(lambda: Vocabulary(resources(metadata)))  # passed, the metadata would be copied
    policies = Scoped(PolicyRepository, transaction=core.transaction)
    authorizer = Scoped(PolicyAuthorizer, policies=policies, cache=cache, vocabulary=vocabulary, clock=core.clock)
    delegation = Scoped(Delegation, authorizer=authorizer, policies=policies)
    changes = Scoped(Policies, policies=policies, authorizer=authorizer, delegation=delegation, vocabulary=vocabulary)
    reporting = Scoped(Reporting, policies=policies, authorizer=authorizer, vocabulary=vocabulary)
    tenants = Scoped(TenantRepository, transaction=core.transaction)
    members = Scoped(MemberRepository, transaction=core.transaction)
    roles = Scoped(RoleRepository, transaction=core.transaction)
    invitations = Scoped(InvitationRepository, transaction=core.transaction)
    directory = Scoped(Directory, transaction=core.transaction)
    founding = Scoped(Founding, tenants=tenants, roles=roles, policies=policies, members=members, events=core.events)
    organizations = Scoped(Organizations, caller=core.caller, tenants=tenants, founding=founding, events=core.events)
    membership = Scoped(
        Membership,
        transaction=core.transaction,
        caller=core.caller,
        members=members,
        roles=roles,
        delegation=delegation,
        authorizer=authorizer,
        guesses=guesses,
    )
    role_care = Scoped(RoleCare, roles=roles, authorizer=authorizer)
    inviting = Scoped(
        Inviting,
        transaction=core.transaction,
        invitations=invitations,
        members=members,
        roles=roles,
        delegation=delegation,
        authorizer=authorizer,
        jobs=core.jobs,
    )
    acceptance = Scoped(
        Acceptance,
        transaction=core.transaction,
        caller=core.caller,
        invitations=invitations,
        members=members,
        tenants=tenants,
        secret_key=secret,
    )
    mailer = providers.Singleton(mailer_of, core.settings)
    invitation_mail = providers.Singleton(InvitationMail, core.database, mailer, secret, core.settings.provided.origin)
    personal_tenant = Scoped(PersonalTenant, founding=founding)
    tenant_entrance = Scoped(
        TenantEntrance, transaction=core.transaction, tenants=tenants, roles=roles, members=members
    )
    owner_leaving = Scoped(OwnerLeaving, tenants=tenants)
    owner_gone = Scoped(OwnerGone, tenants=tenants)


def authorization_module(
    core: CoreContainer, *, guesses: Callable[[], Guesses]
) -> tuple[Module, AuthorizationContainer]:
    container = AuthorizationContainer(core=core, guesses=guesses)
    routes = partial(
        Router,
        path="/",
        route_handlers=[
            AcceptanceController,
            AccessController,
            DirectoryController,
            InvitationsController,
            MembersController,
            OperatorTenantsController,
            PoliciesController,
            RolesController,
            TenantsController,
        ],
        dependencies={
            name: provided(provider)
            for name, provider in (
                ("acceptance", container.acceptance),
                ("addresses", container.addresses),
                ("decider", container.authorizer),
                ("directory", container.directory),
                ("invitations", container.invitations),
                ("inviting", container.inviting),
                ("members", container.members),
                ("membership", container.membership),
                ("organizations", container.organizations),
                ("policies", container.changes),
                ("reporting", container.reporting),
                ("role_care", container.role_care),
                ("roles", container.roles),
                ("stored_policies", container.policies),
                ("tenants", container.tenants),
            )
        },
    )
    module = Module(
        name="authorization",
        container=container,
        routes=[routes],
        handlers=[
            Subscription(UserSignedUp, container.personal_tenant),
            Subscription(ArrivedForTenant, container.tenant_entrance),
            Subscription(UserDeleted, container.owner_leaving),
            Subscription(UserAnonymised, container.owner_gone),
        ],
        jobs=[Job(MAIL_INVITATION, container.invitation_mail(), waits=MAIL_WAITS)],
    )
    return module, container
