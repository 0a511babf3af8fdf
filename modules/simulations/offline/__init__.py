"""The offline model's authors: what Interna writes and answers when no language model is configured.

Pure functions of what was asked: the same brief gives the same simulation, the same conversation the same
reply. They read the request (its field, its sector, what it must be able to do, its own words) and combine
what they find with what people of that field know. A grammar that makes sentences from nothing was rejected:
it reads like a machine, and it invents facts.
"""

from modules.simulations.offline.analysing import analyse_talks
from modules.simulations.offline.conversation import reply_in_character
from modules.simulations.offline.interviewing import interview
from modules.simulations.offline.reviewing import review_work
from modules.simulations.offline.simulation import write_simulation

__all__ = ["analyse_talks", "interview", "reply_in_character", "review_work", "write_simulation"]
