"""The rules of a simulated project: pure functions of values, a file a noun."""

from modules.simulations.domain.analyses import (
    NothingSaid,
    Talk,
    Talks,
)
from modules.simulations.domain.conversations import (
    Conversation,
    Turn,
)
from modules.simulations.domain.interviews import (
    Assessment,
    Interview,
    InterviewOver,
    InterviewStatus,
    NothingAnswered,
)
from modules.simulations.domain.projects import (
    Brief,
    Difficulty,
    Field,
    GenerationFailed,
    Language,
    Level,
    Milestone,
    Mood,
    NotReady,
    ProgressStatus,
    ProjectType,
    ResourceType,
    SimulationStatus,
    TeamMode,
    client_difficulty,
    client_mood,
    project_difficulty,
)
from modules.simulations.domain.quizzes import (
    QuizAnswered,
    quiz_score,
)
from modules.simulations.domain.reviews import (
    PASSING_SCORE,
    Grade,
    NoSuchMilestone,
    Verdict,
    Work,
    is_approved,
    score_of,
)

__all__ = [
    "PASSING_SCORE",
    "Assessment",
    "Brief",
    "Conversation",
    "Difficulty",
    "Field",
    "GenerationFailed",
    "Grade",
    "Interview",
    "InterviewOver",
    "InterviewStatus",
    "Language",
    "Level",
    "Milestone",
    "Mood",
    "NoSuchMilestone",
    "NotReady",
    "NothingAnswered",
    "NothingSaid",
    "ProgressStatus",
    "ProjectType",
    "QuizAnswered",
    "ResourceType",
    "SimulationStatus",
    "Talk",
    "Talks",
    "TeamMode",
    "Turn",
    "Verdict",
    "Work",
    "client_difficulty",
    "client_mood",
    "is_approved",
    "project_difficulty",
    "quiz_score",
    "score_of",
]
