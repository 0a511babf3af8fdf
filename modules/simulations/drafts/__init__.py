"""The shapes that a model fills: their schemas are sent to it, their bounds are checked on the answer."""

from modules.simulations.drafts.analysis import AnalysisDraft, QuoteDraft, SkillDraft
from modules.simulations.drafts.feedback import FeedbackDraft
from modules.simulations.drafts.review import GradeDraft, ReviewDraft
from modules.simulations.drafts.simulation import (
    HiddenFactDraft,
    MilestoneDraft,
    PersonaDraft,
    QuizDraft,
    ResourceDraft,
    SimulationDraft,
)

__all__ = [
    "AnalysisDraft",
    "FeedbackDraft",
    "GradeDraft",
    "HiddenFactDraft",
    "MilestoneDraft",
    "PersonaDraft",
    "QuizDraft",
    "QuoteDraft",
    "ResourceDraft",
    "ReviewDraft",
    "SimulationDraft",
    "SkillDraft",
]
