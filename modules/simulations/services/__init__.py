"""What the simulations module does."""

from modules.simulations.services.analyses import Analyses
from modules.simulations.services.conversations import Asked, Dialogue, PersonaChat, TaskChat
from modules.simulations.services.generation import LAST_EVENT, Generation, GenerationEnded, GenerationJob
from modules.simulations.services.interviews import AbandonedInterviews, Interviews
from modules.simulations.services.own_simulations import OwnSimulations
from modules.simulations.services.projects import ProjectProgress
from modules.simulations.services.quizzes import Quizzes
from modules.simulations.services.reviews import ReviewRecord, Reviews

__all__ = [
    "LAST_EVENT",
    "AbandonedInterviews",
    "Analyses",
    "Asked",
    "Dialogue",
    "Generation",
    "GenerationEnded",
    "GenerationJob",
    "Interviews",
    "OwnSimulations",
    "PersonaChat",
    "ProjectProgress",
    "Quizzes",
    "ReviewRecord",
    "Reviews",
    "TaskChat",
]
