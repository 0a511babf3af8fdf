"""What a persona remembers of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from modules.simulations.domain import Conversation
from modules.simulations.offline.intents import Intent, plain, understand
from modules.simulations.offline.letters import joined, shorten, tidy
from modules.simulations.offline.terms import stems

if TYPE_CHECKING:
    from modules.simulations.offline.answering import Answerer

_SAME: Final = 0.75
_FOLLOW_UP: Final = 2


class Memory(Struct, frozen=True):
    """Earlier questions and answers, oldest first, and what the present question has to do with them."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]
    repeats: bool
    is_follow_up: bool

    @property
    def has_greeted(self) -> bool:
        return bool(self.answers)

    def greeting(self, answerer: Answerer, polite: tuple[Intent, ...]) -> str:
        """A greeting is returned once, and only to one who greets."""
        if "greeting" not in polite or self.has_greeted:
            return ""
        return answerer.replies.hello[answerer.mood]

    def recalled(self, answerer: Answerer) -> list[str]:
        replies, book = answerer.replies, answerer.book
        asked = [question for question in self.questions if _is_about_something(question)]
        if not asked:
            return [answerer.filled(replies.nothing_asked)]
        questions = joined([answerer.quoted(shorten(question, 120)) for question in asked[-3:]], book.last)
        said = [replies.remembered.format(questions=questions)]
        if self.answers:
            said.append(replies.answered.format(answer=answerer.inner(shorten(tidy(self.answers[-1]), 120))))
        return said


def memory_of(conversation: Conversation) -> Memory:
    """The history may or may not hold the present question already; either way it is not a memory yet."""
    turns = list(conversation.history)
    if turns and turns[-1].role == "user" and turns[-1].content == conversation.question:
        turns = turns[:-1]
    questions = tuple(tidy(turn.content) for turn in turns if turn.role == "user" and turn.content.strip())
    answers = tuple(turn.content for turn in turns if turn.role == "assistant" and turn.content.strip())
    present = stems(conversation.question)
    return Memory(
        questions,
        answers,
        repeats=any(_same(conversation.question, present, earlier) for earlier in questions),
        is_follow_up=bool(questions) and len(present) < _FOLLOW_UP,
    )


def _same(question: str, roots: frozenset[str], earlier: str) -> bool:
    if plain(question) == plain(earlier):
        return len(plain(question).split()) > 1
    before = stems(earlier)
    return len(roots) > 1 and len(roots & before) >= _SAME * len(roots | before)


def _is_about_something(question: str) -> bool:
    """Not a greeting, not thanks, and not itself a question about earlier ones."""
    understood = understand(question)
    return understood.intents[:1] != ("memory",) and bool(understood.intents or not understood.polite)
