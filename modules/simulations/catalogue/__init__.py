"""The catalogue as data: predefined tasks, learning resources, and the one simulation that development seeds show."""

from modules.simulations.catalogue.resources import RESOURCES, ResourceSeed
from modules.simulations.catalogue.showcase import SHOWCASE
from modules.simulations.catalogue.tasks import TASKS, TaskSeed

__all__ = ["RESOURCES", "SHOWCASE", "TASKS", "ResourceSeed", "TaskSeed"]
