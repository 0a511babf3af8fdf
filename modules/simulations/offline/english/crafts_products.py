"""How the fields that shape a whole product work, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Field
from modules.simulations.offline.kinds import Build, Craft, Question, Step

PRODUCTS: Final[dict[Field, Craft]] = {
    "design": Craft(
        label="product design",
        artefact="interface design",
        openings=(
            Step(
                "Listen before you draw",
                (
                    "Talk to five of the {users} about the last time it went wrong, not about features "
                    "they might like. Cluster what you hear into three problems and have the client choose "
                    "which comes first."
                ),
                (
                    "Interview guide and five short protocols",
                    "Three problem statements, ranked with reasons",
                    "A journey map with its lowest point marked",
                ),
            ),
            Step(
                "Watch it happen",
                (
                    "Spend half a day where {users} do this now. Draw the room, the tools, each "
                    "interruption; ask nothing until it is quiet. The workaround taped to the monitor "
                    "is your brief."
                ),
                (
                    "Field notes with sketches of place and tools",
                    "Inventory of workarounds and what each makes up for",
                    "One-sentence design challenge, agreed upon",
                ),
            ),
        ),
        builds=(
            Build(
                (
                    "Sketch six rough directions in an hour, throw four away, and say what the two "
                    "survivors would prove wrong."
                ),
                (
                    "Six thumbnails with the reason each died or lived",
                    "Wireframe with true texts instead of lorem ipsum",
                ),
            ),
            Build(
                (
                    "Turn the wireframe into a clickable prototype including errors, empty lists and "
                    "the very first visit."
                ),
                ("Prototype covering eight states", "Test script with tasks that name no button"),
            ),
            Build(
                ("Extract what repeats into components with names developers share, and write when not to use each."),
                ("Component sheet with variants and limits", "Tokens for spacing, type and tone"),
            ),
        ),
        hardening=Step(
            "Put it in front of strangers",
            (
                "Five people, five tasks, no hints. Count who finishes, note where hands hesitate, and "
                "change no more than three things before asking the next five."
            ),
            (
                "Success rate per task, before and after",
                "Clips of the three worst hesitations",
                "Contrast and reading-order audit",
            ),
        ),
        closings=(
            Step(
                "Hand the drawing to those who build it",
                (
                    "Walk the developers through every screen, agree which details may bend, and stay "
                    "available when reality does. A decision log outlives any file format."
                ),
                (
                    "Annotated specification of all screens",
                    "Decision log with rejected alternatives",
                    "Checklist used to compare build and drawing",
                ),
            ),
            Step(
                "The case, told honestly",
                (
                    "Tell the story of this design from first hunch to last compromise in fifteen "
                    "minutes, including the idea you loved and dropped. Let the audience try before "
                    "you explain."
                ),
                (
                    "Case study with turning points",
                    "Clickable version anyone can open",
                    "Backlog of open questions, by value",
                ),
            ),
        ),
        qualities=(
            "Body text is at least 16 pixels, with lines of 45 to 75 characters.",
            "Colour is never the only carrier of meaning, and contrast meets WCAG 2.2 AA.",
            "Four of five first-time testers finish the main task without a hint.",
            "Every screen exists in its empty, loading, failed and crowded state.",
            "All spacing and type come from a scale of named tokens, without exceptions.",
            "The layout holds for texts 40 % longer and for right-to-left languages.",
        ),
        objectives=(
            "Turn what people say into a problem worth solving",
            "Test a design with strangers and change it for stated reasons",
        ),
        questions=(
            Question(
                "What is the best opening question in an interview about {thing}?",
                "'Tell me about the last time you did this'",
                (
                    "'Would you use an app that does this?'",
                    "'Which colour do you prefer?'",
                    "'Do you agree that the present way is bad?'",
                ),
                ("People describe the past well and predict themselves badly. Leading questions get polite answers."),
            ),
            Question(
                "In a test, a participant is stuck and looks at you. What do you do?",
                "Wait, then ask what they expected to find",
                (
                    "Point to the button",
                    "End the task as failed at once",
                    "Explain how the design is meant to work",
                ),
                "The hesitation is the finding. Help given too early hides exactly what you came to see.",
            ),
        ),
    ),
    "fullstack": Craft(
        label="full-stack",
        artefact="whole product",
        openings=(
            Step(
                "A thin slice from screen to table",
                (
                    "Choose the smallest thing that is useful to {users} and take it all the way through: "
                    "one form, one route, one table, deployed. It will be ugly and it will answer the "
                    "hardest questions early."
                ),
                (
                    "Deployed slice that stores and shows one record",
                    "Sketch of screens, routes and tables on one page",
                    "Scripts to start everything with one command",
                ),
            ),
            Step(
                "One story, played through",
                (
                    "Act out a single day of the {users} with sticky notes: who does what, on which "
                    "device, when is it wrong. Turn the busiest ten minutes into your first deployed "
                    "route."
                ),
                (
                    "Storyboard of one day with the busiest minutes marked",
                    "Deployed route with real persistence",
                    "Agreement about what version one will not do",
                ),
            ),
        ),
        builds=(
            Build(
                (
                    "Give each field one name from the form to the table and test the whole way, so that "
                    "renaming it breaks the build instead of a Tuesday."
                ),
                (
                    "Feature working in the browser and in the database",
                    "End-to-end test of the ordinary journey",
                ),
            ),
            Build(
                (
                    "Check each rule on the server, repeat it in the form out of courtesy, and show "
                    "both the same message."
                ),
                ("Forms with client and server validation aligned", "Permission tests for the wrong person"),
            ),
            Build(
                (
                    "Move what is slow out of the request: queue it, show that it is on its way, and "
                    "finish even when the browser is closed."
                ),
                ("Background job with visible state", "Demonstration with the worker killed halfway"),
            ),
        ),
        hardening=Step(
            "What breaks first",
            (
                "Seed ten thousand records, click through as an impatient person with two tabs, and "
                "watch logs, network and queries at once. Mend causes, not symptoms."
            ),
            (
                "Log of faults found, each with a regression test",
                "List pages paginated and indexed",
                "Backup restored once, with the time it took",
            ),
        ),
        closings=(
            Step(
                "A demo for those who pay",
                (
                    "Prepare twenty minutes for people who do not care about code: the problem, the "
                    "product used live, what is missing and what it would cost. Clean the repository "
                    "afterwards."
                ),
                (
                    "Live demonstration with prepared accounts",
                    "Honest list of gaps, ordered by risk",
                    "Architecture note of one page",
                ),
            ),
            Step(
                "Leave it better than lent",
                (
                    "Delete dead code, name the odd things, and rehearse the day you are gone: a "
                    "newcomer fixes a planted bug using nothing except your documents."
                ),
                (
                    "Planted bug fixed by a newcomer, timed",
                    "Dependency and licence list",
                    "Screencast of five minutes for successors",
                ),
            ),
        ),
        qualities=(
            "A stranger sets the project up with one command and the README.",
            "Every list is paginated and none loads more than it shows.",
            "Passwords are hashed with argon2id, and sessions end when they should.",
            "Pages answer within 300 ms on the server with ten thousand records.",
            "Forms are safe against cross-site requests and injected markup.",
            "A failed deployment rolls back without losing anybody's data.",
        ),
        objectives=(
            "Deliver thin slices that work from screen to table",
            "Decide on which side a rule lives and keep both honest",
        ),
        questions=(
            Question(
                "The form of {thing} checks every field in the browser. What must the server do?",
                "Check everything again, because requests can come from anywhere",
                (
                    "Nothing, the browser has done it",
                    "Check only the passwords",
                    "Check a random tenth of the requests",
                ),
                ("The browser belongs to the visitor. Checks there are courtesy; checks on the server are protection."),
            ),
            Question(
                "Why begin with a thin slice instead of the whole data model?",
                "It shows early whether the parts fit and what was misunderstood",
                (
                    "Because tables cannot be changed later",
                    "Because the design does not matter at first",
                    "So that the client has less to say",
                ),
                ("Integration is where surprises live. A slice meets them in week one, when they are still cheap."),
            ),
        ),
    ),
}
