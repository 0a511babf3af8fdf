"""All SQL of the agents module."""

from modules.agents.repositories.conversations import ConversationRepository
from modules.agents.repositories.everywhere import CallsEverywhere
from modules.agents.repositories.requests import RequestRepository
from modules.agents.repositories.sessions import SessionRepository

__all__ = ["CallsEverywhere", "ConversationRepository", "RequestRepository", "SessionRepository"]
