"""What products do between people, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Capability, Question

CONTACT: Final[dict[str, Capability]] = {
    "queue": Capability(
        name="waiting times",
        title="Whose turn is it",
        story=(
            "Waiting is bearable when it can be seen. Define what decides the order, who may overrule "
            "it, and which number is shown when nobody knows."
        ),
        rules=(
            "Everyone who waits sees their place and an honest estimate, rounded and never to the minute.",
            "Moving somebody forward takes one action, a reason, and a name that is kept.",
            "When the source of the times falls silent, the display says so instead of showing old numbers.",
        ),
        proof="A simulated busy hour with three people who overtake for good reasons",
        question=Question(
            "You cannot predict the wait well. What do you show?",
            "A range and when it was last updated",
            (
                "The average of last year, to the minute",
                "Nothing, so that nobody can complain",
                "Half of the expected time, to keep people calm",
            ),
            (
                "A range is honest about what is known. One precise number that turns out wrong costs "
                "more trust than a wide one."
            ),
        ),
    ),
    "notifications": Capability(
        name="notifications",
        title="Say it once, to the right person",
        story=(
            "A message that comes too often is switched off, and the important one goes with it. List "
            "each trigger, its reader, and what they should do next."
        ),
        rules=(
            "Each notification says what happened, what to do, and how to stop getting it.",
            "The same event is never announced twice to one person, even after a restart.",
            "What cannot be delivered is tried again with growing pauses, and then shown to a human.",
        ),
        proof="A list of every message with trigger, reader, wording and channel",
        question=Question(
            "A job that sends reminders crashes halfway and is run again. How do you avoid doubles?",
            "Record each reminder under a unique key before it is sent",
            (
                "Run it only at night, when nobody looks",
                "Send all of them again and apologise",
                "Make the job faster, so that it cannot crash",
            ),
            (
                "A key such as person, event and day makes the second run skip what the first has "
                "done, wherever it stopped."
            ),
        ),
    ),
    "messages": Capability(
        name="conversations",
        title="People answer each other",
        story=(
            "Words between people need an order, an author and a way out. Decide what can be edited, "
            "what is removed, and who sees that it was."
        ),
        rules=(
            "A message shows who wrote it and when, and never appears twice.",
            "Abuse can be reported in two taps, and the one who reports learns the outcome.",
            "A conversation continues on a second device without losing or repeating a line.",
        ),
        proof="A thread with an edit, a deletion and a late delivery replayed",
        question=Question(
            "Two devices show the messages of a thread in different order. What is the sound fix?",
            "Let the server give each message its place, and sort by that",
            (
                "Sort by the clock of each phone",
                "Reload the page every few seconds",
                "Show only the newest message",
            ),
            "Clocks of phones disagree. One order, given where all messages meet, is the same for everybody.",
        ),
    ),
    "learning": Capability(
        name="learning progress",
        title="What was learned, and what comes next",
        story=(
            "Progress is what someone can do now, not which pages they have opened. Choose the "
            "evidence first and build the screens around it."
        ),
        rules=(
            "Every lesson says what one can do after it and how that is checked.",
            "A wrong answer explains itself and may be tried again without shame.",
            "Results survive a lost connection and cannot be changed from the outside.",
        ),
        proof="One lesson with its exercise, its check and the record it leaves",
        question=Question(
            "Which number says most about progress?",
            "Tasks solved without help, a week after the lesson",
            ("Minutes spent on the page", "Number of pages opened", "How often someone signs in"),
            "Time and clicks measure presence. What is still there after a week has been learned.",
        ),
    ),
    "content": Capability(
        name="media content",
        title="Something worth looking at",
        story=(
            "Real words and real pictures decide the layout, not the other way round. Collect ten true "
            "pieces before you draw a single box for them."
        ),
        rules=(
            "Each piece has a title, a source, a date and a text for those who cannot see it.",
            "Pictures and sound are delivered in the size that the device needs, and load late.",
            "An editor can publish, correct and withdraw a piece without a developer.",
        ),
        proof="Ten real pieces of content in their final form, with sources",
        question=Question(
            "The first page carries twelve large photographs and is slow. What helps most?",
            "Serve sizes that fit the screen, and load those below the fold late",
            (
                "Turn the photographs into one big image",
                "Hide them until somebody asks",
                "Show a spinner for at least a second",
            ),
            (
                "Most bytes are spent on pixels nobody sees. Fitting sizes and late loading remove them "
                "without losing a picture."
            ),
        ),
    ),
}
