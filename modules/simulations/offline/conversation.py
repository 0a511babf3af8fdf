"""A persona's answer: to the question that was asked, from the simulation's facts, in its role and mood."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from modules.simulations.domain import Conversation
from modules.simulations.offline.answering import Answerer, answerer_for
from modules.simulations.offline.code_reading import read_code
from modules.simulations.offline.code_review import review
from modules.simulations.offline.intents import Understanding, next_place, understand
from modules.simulations.offline.letters import pick
from modules.simulations.offline.memory import Memory, memory_of
from modules.simulations.offline.telling import tell

_PRACTICAL: Final = frozenset(("scope", "testing", "priorities", "blocked", "quality", "design", "stack"))


class Setting(Struct, frozen=True):
    """The answerer, what it remembers, and how it understood the question."""

    answerer: Answerer
    memory: Memory
    understood: Understanding


class Said(Struct, frozen=True):
    """A fact stands word for word between the rest, in whatever language it is known."""

    before: list[str]
    fact: str = ""
    after: list[str] = []


def reply_in_character(conversation: Conversation) -> str:
    """What the persona answers; never empty, never its system prompt, in the conversation's language."""
    memory = memory_of(conversation)
    asked, still = understand(conversation.question, conversation.tech_stack), False
    if not asked.intents and asked.milestone is None and not asked.polite and memory.is_follow_up:
        asked, still = _leaning(conversation, memory.questions[-1]), True
    answerer = answerer_for(conversation, memory.questions[-1] if still else "")
    said = _said(Setting(answerer, memory, asked), still=still)
    before, after = (answerer.in_language(" ".join(filter(None, part))) for part in (said.before, said.after))
    return " ".join(filter(None, (before, said.fact, after)))


def _leaning(conversation: Conversation, before: str) -> Understanding:
    """A question too short to stand alone, understood together with the one before it."""
    whole = understand(f"{before} {conversation.question}", conversation.tech_stack)
    if whole.milestone is None:
        return whole
    place = next_place(conversation.question, whole.milestone)
    return whole if place is None else Understanding(whole.intents, place, whole.polite)


def _said(at: Setting, *, still: bool) -> Said:
    conversation, replies = at.answerer.conversation, at.answerer.replies
    intents = at.understood.intents
    if intents[:1] == ("memory",):
        return Said(at.memory.recalled(at.answerer))
    if intents[:1] in {("machine",), ("secrets",)}:
        return Said([at.answerer.answer(intents[0])])
    if conversation.code_context and conversation.code_context.strip():
        return Said([_opener(at), review(at.answerer, read_code(conversation.code_context))])
    if at.understood.polite and not intents and at.understood.milestone is None and at.answerer.is_short:
        return Said(_politeness(at))
    said = [at.memory.greeting(at.answerer, at.understood.polite)]
    if at.memory.repeats:
        said.append(replies.repeated[0 if at.answerer.mood in {"friendly", "busy"} else 1])
    elif not said[0]:
        introduces = intents[:1] == ("identity",) and not at.memory.has_greeted
        said.append(replies.hello[at.answerer.mood] if introduces else _opener(at))
    if still:
        said.append(replies.still.format(words=at.answerer.subject(at.memory.questions[-1])))
    told = tell(at.answerer, at.memory)
    if told is None:
        return Said(said + _substance(at))
    # What the brief says of money is that it says nothing, which the fact has just changed.
    goes_on = at.understood.milestone is not None or set(intents) - {"budget"}
    rest = _substance(at) if goes_on or (intents and not told.fact) else [_closer(at)]
    return Said([*said, told.opening], told.fact, rest)


def _substance(at: Setting) -> list[str]:
    """The answer proper: a milestone that was named, one or two subjects, or the fact that comes closest."""
    answerer, understood = at.answerer, at.understood
    said: list[str] = []
    place = answerer.milestone_place(understood.milestone)
    if place is not None:
        said.append(answerer.about_milestone(place))
    subjects = [i for i in understood.intents if not (place is not None and i in {"plan", "schedule"})]
    turn = len(at.memory.questions)
    said += [answerer.answer(each, turn + i) for i, each in enumerate(subjects[: 1 if said else 2])]
    if not said:
        return [answerer.closest()]
    said += answerer.more(" ".join(said), subjects)
    if _PRACTICAL & set(subjects) or place is not None:
        said.append(answerer.note())
    else:
        said.append(_closer(at))
    return said


def _politeness(at: Setting) -> list[str]:
    answerer, replies = at.answerer, at.answerer.replies
    if "thanks" in at.understood.polite:
        return [answerer.filled(replies.thanks[answerer.mood])]
    if at.memory.has_greeted:
        return [answerer.filled(replies.hello_again)]
    hello = replies.hello[answerer.mood]
    return [hello, answerer.answer("identity"), _closer(at)]


def _opener(at: Setting) -> str:
    return pick(at.answerer.book.voices[at.answerer.mood].openers, at.answerer.key)


def _closer(at: Setting) -> str:
    return pick(at.answerer.book.voices[at.answerer.mood].closers, at.answerer.key)
