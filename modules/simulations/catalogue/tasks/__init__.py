"""The predefined projects: at least two a field, from the first rung of the ladder to the last."""

from __future__ import annotations

from typing import Final

from modules.simulations.catalogue.tasks.backend import BACKEND
from modules.simulations.catalogue.tasks.data import DATA
from modules.simulations.catalogue.tasks.design import DESIGN
from modules.simulations.catalogue.tasks.frontend import FRONTEND
from modules.simulations.catalogue.tasks.fullstack import FULLSTACK
from modules.simulations.catalogue.tasks.mobile import MOBILE
from modules.simulations.catalogue.tasks.shape import TaskSeed

TASKS: Final[tuple[TaskSeed, ...]] = (*FRONTEND, *BACKEND, *FULLSTACK, *MOBILE, *DATA, *DESIGN)

__all__ = ["TASKS", "TaskSeed"]
