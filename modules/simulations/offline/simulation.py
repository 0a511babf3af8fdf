"""A whole simulation from a brief."""

from __future__ import annotations

from modules.simulations.domain import Brief
from modules.simulations.drafts import ResourceDraft, SimulationDraft
from modules.simulations.offline.hidden import hidden_facts
from modules.simulations.offline.overview import description, objectives, overview
from modules.simulations.offline.pen import HOURS, Pen, pen_for
from modules.simulations.offline.people import client_portrait, personas
from modules.simulations.offline.plan import functional, milestones, non_functional
from modules.simulations.offline.quiz import quiz
from modules.simulations.offline.stacks import KITS, PAGES


def write_simulation(brief: Brief) -> SimulationDraft:
    """A simulation built from the request alone: the same brief gives the same one, in a few milliseconds."""
    pen = pen_for(brief)
    return SimulationDraft(
        domain=pen.sector.domain,
        description=description(pen),
        overview=overview(pen),
        field=pen.reading.field,
        estimated_duration=pen.book.lines.hours.format(hours=HOURS[brief.level]),
        duration=pen.duration,
        tech_stack=list(pen.stack),
        tools=list(KITS[pen.reading.field].tools),
        learning_objectives=objectives(pen),
        functional_requirements=functional(pen),
        non_functional_requirements=non_functional(pen),
        milestones=milestones(pen),
        resources=_resources(pen),
        quiz=quiz(pen),
        client_persona=client_portrait(pen),
        personas=personas(pen),
        hidden_facts=hidden_facts(pen),
    )


def _resources(pen: Pen) -> list[ResourceDraft]:
    lines = pen.book.lines
    about = lines.page_about.format(label=pen.craft.label)
    found = [ResourceDraft(title, url, ("documentation"), about) for title, url in KITS[pen.reading.field].pages]
    planned = {milestone.title for milestone in milestones(pen)}
    for name, capability in zip(pen.reading.capabilities[:3], pen.capabilities, strict=False):
        title, url = PAGES[name]
        form = lines.page if capability.title in planned else lines.page_without_milestone
        why = form.format(milestone=capability.title, name=capability.name)
        found.append(ResourceDraft(title, url, "documentation", why))
    return found
