"""What is said of handed-in work, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.forms import ReviewForms

REVIEWING: Final = ReviewForms(
    line="line {lines}",
    lines="lines {lines}",
    met="It is there ({lines}): {found}.",
    partly="Only in part: there is something about {found} ({lines}), and nothing about {absent}.",
    scattered="Only in part: {found} are all there, but far apart ({lines}), so they may be about other things.",
    spoken_of="The words are there ({lines}), but {lacking}.",
    missing="I found nothing about {absent}.",
    wordless="This criterion has no words that I could look for, so a person has to decide it.",
    lacking={
        "=test": "no test that runs",
        "=refuse": "nothing in the code that refuses",
        "=error": "nothing in the code that handles an error",
        "=validate": "nothing in the code that checks",
    },
    method=(
        "I compared the words of your work with those of each criterion, line by line. I did not run "
        "anything and I cannot follow what code does: what is done in quite different words may have "
        "escaped me, and what is only mentioned may have passed."
    ),
    summary="Number of criteria: {total}, of which met: {met}, in part: {partly}, not yet: {missing}.",
    approved="That is enough: the work is accepted.",
    not_yet="That is not enough yet; what is missing stands below, in the order of the rubric.",
    nothing_handed_in="There is nothing in it that could be read, so every criterion is still open.",
    criterion="“{criterion}”",
    no_strength="You hand it in while it can still be changed, which is the right moment.",
    no_improvement="Say beside each part which criterion it belongs to, so that others find it as fast as you do.",
    begin="Begin with “{criterion}”, then hand the work in again.",
    go_on="Go on with what comes next, and keep this version so that you can compare.",
    ask_a_person="Let somebody run it or read it aloud: this review only compared words.",
)
