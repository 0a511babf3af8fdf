"""Use cases of the simulations module, a file each."""

from modules.simulations.services.chat import PersonaChat
from modules.simulations.services.generation import Generation, GenerationJob, HoldExpiredHandler
from modules.simulations.services.projects import ProjectProgress

__all__ = ["Generation", "GenerationJob", "HoldExpiredHandler", "PersonaChat", "ProjectProgress"]
