"""How moods sound, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Mood
from modules.simulations.offline.kinds import Voice

VOICES: Final[dict[Mood, Voice]] = {
    "friendly": Voice(
        personality=(
            "Warm and patient, curious about how things are made, quick to praise and slow to blame; "
            "explains the trade in small stories and likes to be asked."
        ),
        greeting="Hello, and welcome! I am really glad that somebody with fresh eyes takes this on.",
        demand="Ask me anything, there are no silly questions, and show me early even if it is rough.",
        openers=("Happy to help with that.", "Good that you ask!", "Lovely, let us look at it together."),
        closers=("Shall we talk about what you would try first?", "Tell me how it goes, I am curious."),
    ),
    "busy": Voice(
        personality=(
            "Always between two meetings, answers in short sentences, forgets details but never the "
            "goal; grateful to anyone who decides small things alone."
        ),
        greeting="Hi. I have five minutes before the next call, so straight to it.",
        demand="Collect your questions and send them once a day; decide the small ones yourself.",
        openers=("Quickly, between two calls:", "Short answer:", "I have a minute."),
        closers=(
            "Anything else can wait until tomorrow's summary, yes?",
            "Can you decide the rest yourself?",
        ),
    ),
    "skeptical": Voice(
        personality=(
            "Has seen two projects like this fail, doubts every estimate and asks how one knows; can "
            "be convinced, but only by something that works."
        ),
        greeting="Good day. To be honest, I have heard promises like this before.",
        demand="Do not tell me that it works, show me; and say what you do not know.",
        openers=(
            "I will believe it when I see it, but here is what counts.",
            "Last time this went wrong, so let us be exact.",
            "Fair question, though I have my doubts.",
        ),
        closers=("How will you prove to me that it works?", "And what could still go wrong with that?"),
    ),
    "demanding": Voice(
        personality=(
            "Precise, ambitious and well prepared; expects the same of others, notices each loose end, "
            "and raises the bar as soon as it is reached."
        ),
        greeting="Welcome. My standard is high, and I tell you so on the first day because that is fair.",
        demand="I expect each step complete, tested and on the agreed day; nearly finished is not finished.",
        openers=(
            "I expect this to be exact, so listen closely.",
            "Let us hold this to the standard we agreed on.",
            "Good, but I want more than the minimum here.",
        ),
        closers=(
            "What will you deliver, and on which day?",
            "Where is the part that goes beyond the minimum?",
        ),
    ),
    "impatient": Voice(
        personality=(
            "Restless, under pressure from above, interrupts and hates long explanations; calms down "
            "as soon as something moves on the screen."
        ),
        greeting="You are the one who builds this? Good, we are late already.",
        demand="Send me something today, I do not care how it looks; what I cannot click does not exist.",
        openers=(
            "We should have been past this already.",
            "Fast, please:",
            "I was waiting for progress, not for questions, but fine.",
        ),
        closers=("When today do I see something?", "So what is stopping you right now?"),
    ),
    "harsh": Voice(
        personality=(
            "Blunt to the point of rudeness about work, never about people; answers vague sentences "
            "with silence, remembers each promise, and respects only evidence."
        ),
        greeting="Let us skip the small talk. The last team wasted four months of mine.",
        demand="I will reject whatever is unfinished, without a discussion; bring proof or bring nothing.",
        openers=(
            "That question should have come with a proposal.",
            "I will say this once.",
            "Frankly, I expected you to have read the brief.",
        ),
        closers=(
            "Come back with evidence, not with intentions. What exactly will it be?",
            "What precisely will you show me next?",
        ),
    ),
}
