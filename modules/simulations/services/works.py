"""What is handed in, with what it is held against."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import msgspec

from modules.simulations.contracts.reviews import NewWork
from modules.simulations.contracts.simulations import Simulation
from modules.simulations.domain import Language, Milestone, NoSuchMilestone, Work
from modules.simulations.repositories.reviews import TaskWork

MOST_CRITERIA: Final = 100
"""A model grades no more at once."""

# What Python takes for the end of a line and no editor does: lines are counted as people see them.
_NO_LINE_ENDS: Final = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A work, where it belongs, and how many milestones its project has."""

    project_id: str
    milestone: int | None
    milestones: int
    submission: NewWork
    work: Work

    @property
    def digest(self) -> bytes:
        """Equal for the same work held against the same criteria, however its lines end and whatever trails them."""
        said = [self.project_id, self.milestone, self.work.criteria, self.work.code, self.work.code_language.casefold()]
        return hashlib.sha256(msgspec.json.encode(said)).digest()

    @property
    def seed(self) -> int:
        return int.from_bytes(self.digest[:4]) >> 1


def on_simulation(simulation: Simulation, milestone: int | None, submission: NewWork) -> HandedIn:
    """On one milestone, or on the whole. Raises `NoSuchMilestone`."""
    if milestone is None:
        about, criteria = _whole(simulation)
    else:
        about, criteria = _part(simulation, milestone)
    return HandedIn(
        project_id=str(simulation.id),
        milestone=milestone,
        milestones=len(simulation.milestones),
        submission=submission,
        work=_work(simulation.title, about, criteria, submission, simulation.language),
    )


def on_task(task: TaskWork, submission: NewWork) -> HandedIn:
    language: Language = "ar" if submission.language.strip().casefold() == "ar" else "en"
    return HandedIn(
        project_id=task.id,
        milestone=None,
        milestones=0,
        submission=submission,
        work=_work(task.title, task.description, task.rubric or [task.description], submission, language),
    )


def milestone_of(simulation: Simulation, index: int) -> Milestone:
    """Raises `NoSuchMilestone`."""
    if not 0 <= index < len(simulation.milestones):
        raise NoSuchMilestone
    return simulation.milestones[index]


def _part(simulation: Simulation, index: int) -> tuple[str, list[str]]:
    milestone = milestone_of(simulation, index)
    return f"{milestone.title}: {milestone.description}", _criteria(simulation, index)


def _whole(simulation: Simulation) -> tuple[str, list[str]]:
    """All milestones' criteria; where there are too many, as many of each."""
    each = [_criteria(simulation, index) for index in range(len(simulation.milestones))]
    if sum(map(len, each)) > MOST_CRITERIA:
        each = [criteria[: MOST_CRITERIA // len(each)] for criteria in each]
    about = [simulation.overview or simulation.context, *(milestone.title for milestone in simulation.milestones)]
    return "\n".join(about), [criterion for criteria in each for criterion in criteria]


def _criteria(simulation: Simulation, index: int) -> list[str]:
    """A milestone's rubric; simulations that were written before there was one are held to what is to be delivered."""
    if index < len(simulation.rubric) and simulation.rubric[index]:
        return simulation.rubric[index]
    milestone = simulation.milestones[index]
    return milestone.deliverables or [milestone.description]


def _work(title: str, about: str, criteria: list[str], submission: NewWork, language: Language) -> Work:
    return Work(
        project_title=title,
        about=about,
        criteria=criteria,
        code=_normalised(submission.code),
        code_language=submission.language.strip(),
        language=language,
    )


def _normalised(code: str) -> str:
    """One way to end a line, nothing behind it, and no empty lines at the end; no line changes its number."""
    plain = _NO_LINE_ENDS.sub(" ", code.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in plain.split("\n")).rstrip("\n")
