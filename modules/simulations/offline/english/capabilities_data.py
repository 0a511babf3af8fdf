"""What products do with things that move, are measured or are counted, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Capability, Question

THINGS: Final[dict[str, Capability]] = {
    "tracking": Capability(
        name="tracking",
        title="Where is it now",
        story=(
            "A dot on a map is an opinion about the past. Say how old it is, where it came from, and "
            "what happens between two of them."
        ),
        rules=(
            "Every position carries its time, and an old one looks old.",
            "A route that is left or a stop that is missed is noticed within five minutes.",
            "Nobody's whereabouts are kept longer than their purpose, and the limit is enforced.",
        ),
        proof="One real journey replayed, with the gap where the signal was lost",
        question=Question(
            "The last position of a delivery is 40 minutes old. What does the screen say?",
            "The position, and plainly that it is 40 minutes old",
            (
                "Nothing, until a new one arrives",
                "The position as if it were current",
                "A guess further down the road",
            ),
            (
                "People decide by what they see. An old position is useful when it is labelled, and "
                "harmful when it is not."
            ),
        ),
    ),
    "measurements": Capability(
        name="measurements",
        title="Readings you can trust",
        story=(
            "Devices stammer: they repeat, skip, and send nonsense when the battery dies. Separate "
            "what arrived from what you believe, and keep both."
        ),
        rules=(
            "A reading has a device, a unit, the time it was taken and the time it arrived.",
            "Repeated, missing and impossible readings are recognised and counted, not averaged in.",
            "A device that has been silent for three intervals is reported, and its gap stays visible.",
        ),
        proof="A day of raw readings with each rejected one explained",
        question=Question(
            "A device sends the same reading three times after it reconnects. What is the sound reaction?",
            "Store it once, recognised by device and time of measurement",
            (
                "Average the three, for more precision",
                "Trust only the last one to arrive",
                "Ignore the device for a day",
            ),
            (
                "Delivery that happens at least once is normal. A natural key makes repeats harmless, "
                "and the average stays true."
            ),
        ),
    ),
    "reports": Capability(
        name="reports",
        title="Numbers that lead to a decision",
        story=(
            "Ask who decides what on a Monday morning, and work backwards to the one chart that "
            "changes their mind. The rest is decoration."
        ),
        rules=(
            "Each figure names its unit, its period and when it was last computed.",
            "Clicking a total leads to the rows it was made of, and they add up.",
            "A corrected source changes the report, and the report says that it has changed.",
        ),
        proof="One figure recomputed by hand and compared with the screen",
        question=Question(
            "Two departments quote different totals for the same month. Where do you look first?",
            "At the definitions: what is counted, and from when to when",
            (
                "At the colours of both charts",
                "At the speed of the database",
                "At the newer report, it is the right one",
            ),
            (
                "Most such disputes are about boundaries: time zones, cancelled items, month by order "
                "or by delivery. One written definition ends them."
            ),
        ),
    ),
    "pipeline": Capability(
        name="data intake",
        title="From somebody's file to a clean table",
        story=(
            "Other people's files change without notice. Keep the original, state what you expect of "
            "it, and let a bad line be a finding, not a crash."
        ),
        rules=(
            "The file as received is kept, and every clean row points back to its line.",
            "A row that breaks a rule is set aside with the reason, and the others go on.",
            "Running the same day twice gives the same table, and a changed column is noticed first.",
        ),
        proof="A day's load with counts: received, accepted, set aside, doubled",
        question=Question(
            "Yesterday's load failed halfway and must be repeated. What makes that safe?",
            "Loading by key, so that a repeated run replaces instead of adds",
            (
                "Deleting the whole table first, in the afternoon",
                "Starting at the line after the last log entry",
                "Loading into a second table and showing both",
            ),
            ("An idempotent load can be run again without thought. That is worth most at three in the morning."),
        ),
    ),
    "search": Capability(
        name="search",
        title="Found in three seconds",
        story=(
            "People type half a word with a mistake in it. Collect thirty real queries first: they say "
            "what must rank high, and what is never found."
        ),
        rules=(
            "Results appear while typing, with the matching part marked.",
            "Small spelling mistakes, plurals and accents still find the right thing.",
            "An empty result offers a way on, and each one is recorded to be learned from.",
        ),
        proof="Thirty real queries with the result that should come first",
        question=Question(
            "How do you know that a change made the search better?",
            "By a fixed list of queries with expected results, before and after",
            (
                "By trying two or three favourite words",
                "By the number of results, more is better",
                "By the speed of the first page alone",
            ),
            "A judged list turns taste into a number. Without one, each fix quietly breaks another query.",
        ),
    ),
    "offline": Capability(
        name="work without a network",
        title="When the network is gone",
        story=(
            "The connection will drop in the worst place. Let work go on, show what has not been sent "
            "yet, and have a rule for two truths that meet."
        ),
        rules=(
            "What was opened once can be read again without a connection.",
            "Unsent work survives a restart and is sent in order, each piece exactly once.",
            "When two people changed the same thing, both versions are kept until somebody chooses.",
        ),
        proof="A recording of the journey in airplane mode and the reunion afterwards",
        question=Question(
            "Two people edit one record offline, then both come back. What is the safest default?",
            "Keep both versions and let a person choose where they differ",
            (
                "The last to arrive wins, always",
                "The first to arrive wins, always",
                "Delete the record and ask both again",
            ),
            "'Last one wins' loses work without a word. A visible conflict costs a minute and loses nothing.",
        ),
    ),
    "migration": Capability(
        name="the move from the old system",
        title="Out of the old house, one room at a time",
        story=(
            "The old system knows rules that nobody wrote down. Describe what it does today with "
            "tests, then move one part, with a door to go back."
        ),
        rules=(
            "What the old system answers today is recorded and compared before anything moves.",
            "One part at a time is switched over, for a few people first, and can be switched back.",
            "Counts and sums of old and new agree before the old one is turned off.",
        ),
        proof="A comparison of a hundred old records with their new selves",
        question=Question(
            "What is the first thing to do with a system that has no tests and must be replaced?",
            "Pin down what it does now, with tests of its present behaviour",
            (
                "Rewrite it all in a newer language",
                "Delete what looks unused",
                "Ask for a list of bugs and fix them",
            ),
            (
                "Characterisation tests describe what people rely on, quirks included. Only then can "
                "you tell a change from a fault."
            ),
        ),
    ),
}
