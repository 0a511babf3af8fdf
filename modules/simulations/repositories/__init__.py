"""All SQL of the simulations module, a file a noun."""

from modules.simulations.repositories.catalogue import CatalogueRepository
from modules.simulations.repositories.progress import ProgressRepository
from modules.simulations.repositories.simulations import SimulationRepository

__all__ = ["CatalogueRepository", "ProgressRepository", "SimulationRepository"]
