"""The facts of a conversation as they are put into sentences."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from modules.simulations.domain import (
    Brief,
    Conversation,
    Milestone,
    Mood,
    client_difficulty,
    project_difficulty,
)
from modules.simulations.offline.arabic import BOOK as ARABIC
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.facts import Fact, Match, asked_about, best, facts, only_asks, ranked
from modules.simulations.offline.intents import Intent, plain
from modules.simulations.offline.kinds import Book, Replies, Role
from modules.simulations.offline.letters import (
    arabic_share,
    is_arabic,
    joined,
    key_of,
    pick,
    shorten,
    tidy,
    written_in,
)
from modules.simulations.offline.pen import lowered
from modules.simulations.offline.reading import Reading, read
from modules.simulations.offline.roles import role_of
from modules.simulations.offline.stacks import tools_named
from modules.simulations.offline.terms import is_content, roots_of, stem, stems, words

# A colleague is not the client: the client's mood reaches the team, but softened.
_SOFTER: Final[dict[Mood, Mood]] = {"harsh": "skeptical", "impatient": "busy", "demanding": "demanding"}
_QUOTED_CLAUSE: Final = re.compile(r"^[“«]([^”»]+)[”»]:\s+")
_QUOTE: Final = 220
_ENOUGH_ARABIC: Final = 0.83
_TO_DO: Final = roots_of(
    "you build design write choose make measure decide publish replace move turn draw find ابن صمم اكتب اختر قس انشر"
)


class Answerer(Struct, frozen=True):
    conversation: Conversation
    book: Book
    role: Role
    mood: Mood
    reading: Reading
    known: list[Fact]
    matches: list[Match]
    asked: frozenset[str]
    key: int

    @property
    def replies(self) -> Replies:
        return self.book.replies

    @property
    def is_short(self) -> bool:
        return len(words(self.conversation.question)) <= 8

    @property
    def band(self) -> int:
        level = self.conversation.level
        return 0 if level <= 3 else 1 if level <= 5 else 2

    @property
    def words(self) -> str:
        return self.subject(self.conversation.question)

    def subject(self, question: str) -> str:
        """What a question is about, in up to three of its own words, quoted."""
        spoken = [word for word in words(question) if is_content(word)]
        found = [word for word in dict.fromkeys(spoken) if not only_asks(word)] or spoken
        mine = [word for word in found if written_in(word, self.book.language)]
        chosen = mine[:3] or [shorten(word, 12) for word in found[:2]]
        return joined([self.quoted(word) for word in chosen], self.book.last) or self.book.lines.this_project

    def answer(self, intent: Intent, turn: int = 0) -> str:
        """The answer to a kind of question; another `turn` words it differently and takes other facts."""
        unplanned = self.replies.unplanned.get(intent) if not self.conversation.milestones else None
        form = unplanned or pick(self.replies.answers[intent][self.role], self.key + turn)
        text = self.filled(form, turn=turn)
        tool = self._tool() if intent == "stack" else None
        return f"{tool} {text}" if tool else text

    def about_milestone(self, place: int) -> str:
        milestones = self.conversation.milestones
        if not milestones:
            return self.filled(self.replies.unplanned["plan"])
        if not 0 <= place < len(milestones):
            return self.filled(self.replies.no_such_milestone)
        return self.filled(self.replies.milestone[self.role], place)

    def milestone_place(self, number: int | None) -> int | None:
        """The milestone asked about: by its number, by its title, or by two words of that."""
        milestones = self.conversation.milestones
        if number is not None:
            return len(milestones) - 1 if number == -1 else number
        asked, text = stems(self.conversation.question), plain(self.conversation.question)
        for place, milestone in enumerate(milestones):
            title = stems(milestone.title)
            if title and plain(milestone.title) in text:
                return place
            if len(title & asked) >= max(2, (len(title) + 1) // 2):
                return place
        return None

    def closest(self) -> str:
        """What comes closest to a question of no known kind: a fact, or plainly that there is none."""
        fact = best(self.matches, "requirement", "request", "quality") or best(self.matches, "milestone")
        if fact is None:
            return self.filled(self.replies.nothing[self.role])
        if fact.kind == "milestone":
            return self.about_milestone(fact.place)
        return self.filled(self.replies.fact[self.role], fact=self.sentence(fact.text))

    def more(self, said: str, subjects: list[Intent]) -> list[str]:
        """A fact that the question points to and the answer has not used; or, on scope, that there is none."""
        fact = best(self.matches, "requirement", "quality", "request", firmly=True)
        if fact and self.sentence(fact.text) not in said:
            return [self.filled(self.replies.also, fact=self.sentence(fact.text))]
        if not fact and "scope" in subjects and len(asked_about(self.conversation.question)) > 1:
            return [self.filled(self.replies.open)]
        return []

    def note(self) -> str:
        return self.replies.notes[self.role][self.band]

    def filled(self, form: str, place: int | None = None, fact: str = "", turn: int = 0) -> str:
        return " ".join(form.format_map(self._facts(place, turn) | {"fact": fact}).split())

    def quoted(self, text: str) -> str:
        opening, closing = self.book.lines.quotes
        return f"{opening}{self.inner(text)}{closing}"

    def inner(self, text: str, limit: int = _QUOTE) -> str:
        """A text as it stands inside quotes: one line, not too long, its own quotes made single or left out."""
        line = shorten(tidy(text), limit)
        if self.book.language == "ar":
            line = line.replace("«", "").replace("»", "")
            return line if arabic_share(line) >= 0.5 else shorten(line, 40)
        return line.replace("“", "‘").replace("”", "’")

    def sentence(self, text: str, limit: int = _QUOTE) -> str:
        """A text as a sentence of its own inside quotes; a clause quoted in it goes on without its quotes."""
        plain_line = _QUOTED_CLAUSE.sub(r"\1: ", tidy(text))
        line = self.inner(plain_line, limit)
        return line if line.endswith((".", "!", "?", "…", "؟")) else f"{line}."

    def in_language(self, text: str) -> str:
        """Enough Arabic for an Arabic answer whatever it quotes: first more is said, then less is quoted."""
        if self.book.language != "ar":
            return text
        for spare in self.replies.spare:
            if arabic_share(text) >= _ENOUGH_ARABIC:
                return text
            text = f"{text} {spare}"
        kept = text.split()
        while arabic_share(" ".join(kept)) < _ENOUGH_ARABIC:
            foreign = [sum(c.isalpha() and not is_arabic(c) for c in word) for word in kept]
            kept.pop(foreign.index(max(foreign)))
        return " ".join(kept)

    def _tool(self) -> str | None:
        """Whether a tool that the question names is one that was agreed on."""
        question = self.conversation.question
        text = plain(question)
        agreed = [tool for tool in self.conversation.tech_stack if plain(tool).strip() and plain(tool) in text]
        if agreed:
            return self.replies.known_tool.format(tool=agreed[0])
        stack = " ".join(self.conversation.tech_stack).lower()
        other = next((tool for tool in tools_named(words(question)) if tool.lower() not in stack), None)
        return self.filled(self.replies.unknown_tool.replace("{tool}", other)) if other else None

    def _facts(self, place: int | None, turn: int) -> dict[str, str]:
        conversation, book = self.conversation, self.book
        sector = book.sectors[self.reading.sector]
        required = self._ordered("requirement", conversation.functional_requirements, turn + self.key % 3)
        qualities = self._ordered("quality", conversation.non_functional_requirements, turn)
        primary = conversation.functional_requirements[:1] or [conversation.overview]
        techs = list(conversation.tech_stack[: 4 if book.language == ("en") else 3]) or [book.lines.this_project]
        return {
            "name": conversation.persona_name,
            "role": lowered(conversation.persona_role),
            "title": self.quoted(shorten(tidy(conversation.project_title), 60)),
            "duration": conversation.duration or self.replies.no_duration,
            "requirement": required[0],
            "another": required[1],
            "primary": self._wish(primary[0]),
            "total": str(len(conversation.functional_requirements)),
            "quality": qualities[0],
            "quality_too": qualities[1],
            "overview": self.sentence(_sentences(conversation.overview)[0]),
            "techs": joined(techs, book.last),
            "tech": techs[0],
            "users": self._users(),
            "stake": sector.stake,
            "measure": sector.measure,
            "trial": sector.trial,
            "words": self.words,
        } | self._plan(place)

    def _plan(self, place: int | None) -> dict[str, str]:
        """The milestones, and the one at `place`: without it the one that the question comes closest to."""
        conversation, book = self.conversation, self.book
        near = best(self.matches, "milestone")
        chosen = place if place is not None else near.place if near else 0
        milestones = conversation.milestones or [
            Milestone(conversation.project_title, conversation.overview, [conversation.project_title])
        ]
        milestone = milestones[min(chosen, len(milestones) - 1)]
        titles = [self.inner(each.title) for each in milestones]
        deliverables = [self.inner(each) for each in milestone.deliverables] or [milestone.title]
        return {
            "count": str(len(milestones)),
            "number": str(chosen + 1),
            "titles": joined([self.quoted(title) for title in titles], book.last),
            "first": titles[0],
            "second": titles[min(1, len(titles) - 1)],
            "last": titles[-1],
            "milestone": self.inner(milestone.title),
            "description": self.sentence(milestone.description, 2 * _QUOTE),
            "deliverable": deliverables[0],
            "deliverables": joined(deliverables[:3], book.last),
        }

    def _ordered(self, kind: str, texts: list[str], start: int) -> list[str]:
        """Two of the texts: those that the question points to, else the ones from `start` on."""
        near = [match.fact.text for match in self.matches if match.is_close and match.fact.kind == kind]
        start %= max(1, len(texts))
        ordered = list(dict.fromkeys([*near, *texts[start:], *texts[:start]])) or [self.conversation.overview]
        two = (ordered + ordered)[:2]
        return [self.sentence(text) if text in near else self._wish(text) for text in two]

    def _wish(self, text: str) -> str:
        """A requirement in short: where it quotes the request, the quotation is enough."""
        quoted = _QUOTED_CLAUSE.match(tidy(text))
        return self.sentence(quoted[1] if quoted else text)

    def _users(self) -> str:
        people = [self.book.people[name] for name in self.reading.people[:2]]
        return joined(people, self.book.last) or self.book.sectors[self.reading.sector].users


def answerer_for(conversation: Conversation, before: str = "") -> Answerer:
    """`before` is the earlier question that a follow-up leans on."""
    conversation = _with_requirements(conversation)
    asked = asked_about(f"{before} {conversation.question}")
    role = role_of(conversation.persona_role)
    known = facts(conversation)
    brief = Brief(
        title=conversation.project_title,
        context=conversation.project_context or conversation.overview,
        level=conversation.level,
        language=conversation.language,
        team_mode="solo",
        difficulty=project_difficulty(conversation.level),
        client_difficulty=client_difficulty(conversation.level),
        client_mood=conversation.mood,
        seed=0,
    )
    return Answerer(
        conversation=conversation,
        book=ARABIC if conversation.language == "ar" else ENGLISH,
        role=role,
        mood=conversation.mood if role == "client" else _SOFTER.get(conversation.mood, conversation.mood),
        reading=read(brief),
        known=known,
        matches=ranked(known, asked),
        asked=asked,
        key=key_of(conversation.question, conversation.persona_name),
    )


def _with_requirements(conversation: Conversation) -> Conversation:
    """A predefined task has a description and no list: what it says to do is required first."""
    overview = conversation.overview.strip() or conversation.project_context.strip() or conversation.project_title
    required = list(conversation.functional_requirements)
    if not required:
        said = [sentence for sentence in _sentences(overview) if sentence]
        to_do = [sentence for sentence in said if stem(next(iter(words(sentence)), "")) in _TO_DO]
        required = to_do if len(to_do) > 1 else [*to_do, *(sentence for sentence in said if sentence not in to_do)]
    return replace(conversation, overview=overview, functional_requirements=required)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?؟])\s", tidy(text))
