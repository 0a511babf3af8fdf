"""All SQL of the simulations module, a file a noun."""

from modules.simulations.repositories.analyses import AnalysisRepository
from modules.simulations.repositories.catalogue import CatalogueRepository
from modules.simulations.repositories.interviews import InterviewRepository
from modules.simulations.repositories.progress import ProgressRepository
from modules.simulations.repositories.quizzes import QuizRepository
from modules.simulations.repositories.reviews import ReviewRepository
from modules.simulations.repositories.scenes import SceneRepository
from modules.simulations.repositories.simulations import SimulationRepository

__all__ = [
    "AnalysisRepository",
    "CatalogueRepository",
    "InterviewRepository",
    "ProgressRepository",
    "QuizRepository",
    "ReviewRepository",
    "SceneRepository",
    "SimulationRepository",
]
