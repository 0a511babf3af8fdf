"""The tables of schema `simulations`, a file a noun."""

from modules.simulations.tables.catalogue import resources, tasks
from modules.simulations.tables.interviews import analyses, interviews
from modules.simulations.tables.progress import progress
from modules.simulations.tables.reviews import reviews
from modules.simulations.tables.simulations import facts, personas, simulations

__all__ = ["analyses", "facts", "interviews", "personas", "progress", "resources", "reviews", "simulations", "tasks"]
