"""What an interviewee is told at the end."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from modules.simulations.drafts.words import Lines, Paragraph


class FeedbackDraft(msgspec.Struct, frozen=True, kw_only=True):
    overall_score: Annotated[int, Meta(ge=0, le=10)]
    went_well: Lines
    improvements: Lines
    communication: Paragraph
    technical_accuracy: Paragraph
