"""What a writer has at hand: the brief, what was read in it, and the book of the language to write in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from modules.simulations.domain import Brief
from modules.simulations.offline.arabic import BOOK as ARABIC
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.kinds import Book, Capability, Craft, Sector, Step, Voice
from modules.simulations.offline.letters import joined, pick, shorten, written_in
from modules.simulations.offline.reading import Reading, read
from modules.simulations.offline.stacks import KITS

# Higher is both more work and less time.
MILESTONES: Final = {1: 3, 2: 3, 3: 4, 4: 4, 5: 5, 6: 5, 7: 6, 8: 6}
WEEKS: Final = {1: 6, 2: 6, 3: 5, 4: 5, 5: 4, 6: 4, 7: 3, 8: 2}
HOURS: Final = {1: 30, 2: 36, 3: 40, 4: 48, 5: 56, 6: 60, 7: 72, 8: 80}
_FOREIGN_TITLE: Final = 40
_FOREIGN_TERM: Final = 14


class Pen(Struct, frozen=True):
    """`clauses`, `terms` and `quotes` are what can be quoted whole in the language; `foreign_terms` cannot."""

    brief: Brief
    reading: Reading
    book: Book
    clauses: list[str]
    terms: list[str]
    foreign_terms: list[str]
    quotes: dict[str, str]

    @property
    def craft(self) -> Craft:
        return self.book.crafts[self.reading.field]

    @property
    def opening(self) -> Step:
        return pick(self.craft.openings, self.reading.key, "first step")

    @property
    def sector(self) -> Sector:
        return self.book.sectors[self.reading.sector]

    @property
    def voice(self) -> Voice:
        return self.book.voices[self.brief.client_mood]

    @property
    def capabilities(self) -> list[Capability]:
        return [self.book.capabilities[name] for name in self.reading.capabilities]

    @property
    def stack(self) -> tuple[str, ...]:
        return pick(KITS[self.reading.field].stacks, self.reading.key, "stack")

    @property
    def users(self) -> str:
        people = [self.book.people[name] for name in self.reading.people[:2]]
        return joined(people, self.book.last) or self.sector.users

    @property
    def domain(self) -> str:
        return self.sector.domain.lower()

    @property
    def title(self) -> str:
        """The title in quotes; one in another script is shortened, so that it does not swamp the sentence."""
        title = self.reading.title
        if not any(c.isalnum() for c in title):
            return self.book.lines.this_project
        return self.quote(title if self.reads_like_ours(title) else shorten(title, _FOREIGN_TITLE))

    @property
    def thing(self) -> str:
        """The project in a short line: by its title where the line can carry it."""
        if self.book.language == "ar" and not self.reads_like_ours(self.reading.title):
            return self.book.lines.this_project
        return self.title

    @property
    def duration(self) -> str:
        return self.book.lines.weeks[WEEKS[self.brief.level]]

    @property
    def count(self) -> str:
        return self.book.lines.counts[MILESTONES[self.brief.level]]

    def reads_like_ours(self, text: str) -> bool:
        return written_in(text, self.book.language)

    def quote(self, text: str) -> str:
        opening, closing = self.book.lines.quotes
        return f"{opening}{text}{closing}"

    def listed(self, parts: list[str]) -> str:
        return joined(parts, self.book.last)


def pen_for(brief: Brief) -> Pen:
    reading = read(brief)
    language = brief.language
    terms = [term for term in reading.terms if written_in(term, language)]
    return Pen(
        brief=brief,
        reading=reading,
        book=ARABIC if language == "ar" else ENGLISH,
        clauses=[clause for clause in reading.clauses if written_in(clause, language)],
        terms=terms,
        foreign_terms=[term for term in reading.terms if term not in terms and len(term) <= _FOREIGN_TERM],
        quotes={name: said for name, said in reading.quotes.items() if written_in(said, language)},
    )


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def lowered(sentence: str) -> str:
    """A sentence as it goes on after a colon; 'I' and abbreviations keep their capitals."""
    keeps = sentence[1:2].isupper() or sentence.startswith(("I ", "I'"))
    return sentence if keeps else sentence[:1].lower() + sentence[1:]
