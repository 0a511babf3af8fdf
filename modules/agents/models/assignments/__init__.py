"""Who writes for the offline model when something is to be created, edited or researched.

Only what can be done honestly without a language model: an outline made of the request's words, plain mends of a text
with a list of what was changed, and a plan for looking something up. Nothing is invented, and each answer says so.
"""

from __future__ import annotations

from modules.agents.domain import Assignment
from modules.agents.models.assignments.inquiry import inquiry
from modules.agents.models.assignments.mending import mended
from modules.agents.models.assignments.outline import outline


def do_assignment(assignment: Assignment) -> str:
    """Markdown in the language of the request, Arabic or English; never empty, and the same for the same request."""
    return {"create": outline, "edit": mended, "research": inquiry}[assignment.agent_type](assignment)
