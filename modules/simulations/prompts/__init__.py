"""What a language model reads, a file a noun. A change is a new version: it is stored with every call."""

from modules.simulations.prompts.analysis import ANALYSIS_VERSION, analysis_request
from modules.simulations.prompts.chat import CHAT_VERSION, chat_request
from modules.simulations.prompts.generation import GENERATION_VERSION, generation_request
from modules.simulations.prompts.interview import (
    FEEDBACK_VERSION,
    INTERVIEW_VERSION,
    feedback_request,
    interview_request,
)
from modules.simulations.prompts.review import REVIEW_VERSION, review_request

__all__ = [
    "ANALYSIS_VERSION",
    "CHAT_VERSION",
    "FEEDBACK_VERSION",
    "GENERATION_VERSION",
    "INTERVIEW_VERSION",
    "REVIEW_VERSION",
    "analysis_request",
    "chat_request",
    "feedback_request",
    "generation_request",
    "interview_request",
    "review_request",
]
