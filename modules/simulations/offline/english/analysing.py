"""What an intern's way of talking shows, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.forms import AnalysisForms

ANALYSING: Final = AnalysisForms(
    names={
        "clarity": "Clarity",
        "questions": "Asking questions",
        "politeness": "Politeness",
        "responsiveness": "Responsiveness",
    },
    remarks={
        "clarity": (
            "Your messages leave the reader guessing: say in one sentence what you want and why.",
            "Most messages can be understood; the best ones name the thing and the reason in two sentences.",
            "You write messages of a good length that say what they are about.",
        ),
        "questions": (
            "You hardly ask. What the brief does not tell, people do, if they are asked.",
            "You ask now and then; ask for the reason behind an answer as well.",
            "You ask, and that is how the things come up that no brief contains.",
        ),
        "politeness": (
            "The tone is rough. A greeting, a please and a thank-you cost three words and open doors.",
            "The tone is matter-of-fact; a thank-you for an answer would not hurt.",
            "You are polite without losing time over it.",
        ),
        "responsiveness": (
            "You rarely take up what you were told, so people cannot see that they were heard.",
            "You take up some of what you were told; repeat in your own words what you understood.",
            "You take up what you were told and build on it.",
        ),
    },
    unanswered="So far you have only opened conversations; this shows once you answer what you were told.",
    spoken="You spoke of {skill} in {count} messages, for instance to {who}.",
    spoken_once="You spoke of {skill} once, to {who}.",
    unspoken="{skill} belongs to this project and has not come up yet; ask what it is used for.",
    no_technology="Technical conversation",
    remark="{name}: {remark}",
    no_strength="You have begun to talk to the people of the project, and that is the first step.",
    no_weakness="Nothing stands out as weak; next time, sum up at the end what was agreed on.",
    quotes={
        "question": "A question of this kind brings up what no brief contains.",
        "technical": "Here you speak of the technology itself.",
        "polite": "This is the tone in which people like to help.",
        "clear": "It says what it is about, and it is short enough to be answered.",
        "short": "The reader has to guess what is meant; one sentence more would help.",
        "any": "This is how you put it.",
    },
    summary="Messages: {count}, to {people}. {best} {worst}",
    few="That is little to judge by, so take the figures as a first impression.",
    method=(
        "The figures come from counting and comparing words: lengths, questions, courtesies, words taken up from the "
        "others and names of technologies. Nothing was weighed by a person or a language model."
    ),
)
