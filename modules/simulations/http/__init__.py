"""The simulations module's routes, a file a noun."""

from modules.simulations.http.catalogue import CatalogueController
from modules.simulations.http.chat import ChatController
from modules.simulations.http.progress import ProgressController
from modules.simulations.http.simulations import SimulationsController

__all__ = ["CatalogueController", "ChatController", "ProgressController", "SimulationsController"]
