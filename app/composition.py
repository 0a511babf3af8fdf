"""The explicit composition root: names every module, once, in order.

The order is that of the imports, lowest first, and it is the order in which events are delivered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.container import CoreContainer
from core.module import Module
from modules.agents import AgentType
from modules.agents.container import agents_module
from modules.agents.models.assignments import do_assignment
from modules.agents.models.offline import Author
from modules.authorization.container import authorization_module
from modules.billing.container import billing_module
from modules.simulations.container import simulations_module
from modules.simulations.offline import (
    analyse_talks,
    interview,
    reply_in_character,
    review_work,
    write_simulation,
)
from modules.user.container import user_module

AUTHORS: Final[Mapping[AgentType, Author]] = {
    "generate": write_simulation,
    "chat": reply_in_character,
    "review": review_work,
    "interview": interview,
    "analysis": analyse_talks,
    "create": do_assignment,
    "edit": do_assignment,
    "research": do_assignment,
}
"""Who writes for the offline model."""


def compose(core: CoreContainer) -> Sequence[Module]:
    user, identity = user_module(core)
    authorization, access = authorization_module(core, guesses=identity.throttle)
    billing, ledger = billing_module(core, tenant_plans=access.tenants)
    agents, calls = agents_module(core, ledger=ledger.credits, authors=AUTHORS)
    simulations = simulations_module(core, agents=calls.agents, calls=calls.calls, streams=calls.streams)
    core.authorizer.override(access.authorizer)
    core.issuers.override(identity.issued_tokens)
    return (user, authorization, billing, agents, simulations)
