"""The simulations module's routes, a file a noun."""

from modules.simulations.http.analyses import AnalysesController
from modules.simulations.http.catalogue import CatalogueController
from modules.simulations.http.chat import ChatController, TaskChatController
from modules.simulations.http.interviews import InterviewsController
from modules.simulations.http.progress import ProgressController
from modules.simulations.http.quizzes import QuizController
from modules.simulations.http.reviews import ReviewsController
from modules.simulations.http.simulations import SimulationsController

__all__ = [
    "AnalysesController",
    "CatalogueController",
    "ChatController",
    "InterviewsController",
    "ProgressController",
    "QuizController",
    "ReviewsController",
    "SimulationsController",
    "TaskChatController",
]
