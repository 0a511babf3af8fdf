"""A practice interview without a language model: one question after another, then feedback on what was said."""

from __future__ import annotations

from modules.simulations.domain import Assessment, Interview
from modules.simulations.drafts import FeedbackDraft
from modules.simulations.offline.assessing import assess
from modules.simulations.offline.questioning import next_question


def interview(subject: Interview | Assessment) -> str | FeedbackDraft:
    """The next question of an interview, or the feedback on one that is over."""
    return assess(subject) if isinstance(subject, Assessment) else next_question(subject)
