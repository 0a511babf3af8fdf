"""What the agents module does."""

from modules.agents.services.assignments import AbandonedCalls, AgentWork, AssignmentJob, HoldExpiredHandler
from modules.agents.services.calls import Calls
from modules.agents.services.record import AgentRecord
from modules.agents.services.running import Running
from modules.agents.services.streams import Streams
from modules.agents.services.watch import Watch

__all__ = [
    "AbandonedCalls",
    "AgentRecord",
    "AgentWork",
    "AssignmentJob",
    "Calls",
    "HoldExpiredHandler",
    "Running",
    "Streams",
    "Watch",
]
