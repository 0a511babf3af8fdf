"""What each role answers about the work: how it is done, and with whom; in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.intents import Intent
from modules.simulations.offline.kinds import Role

ON_THE_WORK: Final[dict[Intent, dict[Role, tuple[str, ...]]]] = {
    "stack": {
        "client": (
            (
                "I leave tools to those who work with them; what was agreed is {techs}. Judge a choice "
                "by what it does for {users}, and explain it to me in one sentence without jargon."
            ),
        ),
        "manager": (
            (
                "The stack is {techs}. I will not reopen that without a reason that touches one of the "
                "{count} milestones; a new tool is also a new risk for {duration}."
            ),
        ),
        "colleague": (
            (
                "We work with {techs}. I would learn {tech} first, because the most depends on it, "
                "and add nothing else until a requirement forces you to. The next that could: "
                "“{requirement}”"
            ),
            (
                "Use what is there: {techs}. Build one tiny thing with {tech} from end to end before "
                "you design anything large; it tells you more than a comparison table."
            ),
        ),
    },
    "design": {
        "client": (
            (
                "I have no favourite colour. It should look as if we respect {users}, and nobody "
                "should hunt for the one thing they came for: “{requirement}” Show "
                "me two directions and tell me which one you would take."
            ),
        ),
        "manager": (
            (
                "Agree on the look while it is cheap, during “{first}”: two sketches, one decision, "
                "written down. After that it changes only if it makes {users} stumble."
            ),
        ),
        "colleague": (
            (
                "Start from the states and not from the palette: empty, loading, failed, crowded. Take "
                "a scale for spacing and type, and keep this in sight: “{quality}”"
            ),
        ),
    },
    "testing": {
        "client": (
            (
                "For me it is done when {users} can use it without calling anybody. Show me this case: "
                "{trial}. And this has to be true as well: “{requirement}”"
            ),
        ),
        "manager": (
            (
                "Done means: the deliverables of a milestone are there (for “{first}” that includes "
                "“{deliverable}”), somebody else has tried them, and what is known to be broken is on "
                "a list. Less than that is progress, not done."
            ),
        ),
        "colleague": (
            (
                "Write the test from the requirement and not from the code: “{requirement}” One for "
                "the ordinary case, one for nonsense input, one for the same thing twice. And keep a "
                "test for this: “{quality}”"
            ),
        ),
    },
    "quality": {
        "client": (
            (
                "I cannot measure that myself, but I notice when it is missing, because {stake}. "
                "Agreed was: “{quality}” Show me the number."
            ),
        ),
        "manager": (
            (
                "The agreed line is this: “{quality}” Measure it before “{last}” and not on the last "
                "day, and put the figure into the handover."
            ),
        ),
        "colleague": (
            (
                "Here is what we hold ourselves to: “{quality}” Measure first, on bad hardware and "
                "with a year of data; most guesses about what is slow or unsafe are wrong. Second on "
                "my list: “{quality_too}”"
            ),
        ),
    },
    "feedback": {
        "client": (
            (
                "Show it to me as {users} would meet it, and I tell you what I see. I will hold it "
                "against one sentence: “{requirement}”"
            ),
        ),
        "manager": (
            (
                "Send it with three lines: which milestone it belongs to, what works, what you are "
                "unsure of. I compare it with the deliverables, for instance “{deliverable}”, and "
                "answer on that basis."
            ),
        ),
        "colleague": (
            (
                "Gladly, but paste the part you mean, I have not got it in front of me. I look at "
                "names, errors and tests first, and I keep one requirement in mind: "
                "“{requirement}”"
            ),
        ),
    },
    "team": {
        "client": (
            (
                "For the plan ask the manager, for the how ask your colleague; come to me with "
                "whatever concerns {users} or changes what we agreed on. Nobody here bites over an "
                "honest question."
            ),
        ),
        "manager": (
            (
                "The client decides what and why, your colleague knows how, and I keep dates and "
                "risks. If you do not know whom to ask, ask me; I would rather route a question than a "
                "delay."
            ),
        ),
        "colleague": (
            (
                "I am the one for how things are built with {techs}. What {users} really need comes "
                "from the client, and dates belong to the manager. Write answers down where all of us "
                "can see them."
            ),
        ),
    },
    "blocked": {
        "client": (
            (
                "Then say in one sentence what you wanted {users} to be able to do, and what happens "
                "instead. The small version is enough for me: “{requirement}” What is missing for "
                "that?"
            ),
        ),
        "manager": (
            (
                "Good that you say so. Three things: what you tried, what you expected, what you saw. "
                "If it still stands tomorrow we cut something from “{milestone}”, instead of losing "
                "days in silence."
            ),
        ),
        "colleague": (
            (
                "Make it smaller: the least input that still goes wrong, one run, the first line of "
                "the error and not the last. If it has to do with {tech}, show me the call and what "
                "you expected from it. It belongs to “{milestone}”, so start from its first "
                "deliverable, “{deliverable}”."
            ),
        ),
    },
    "identity": {
        "client": (
            (
                "I am {name}, {role}. {title} was my idea, or at least my problem: {stake}. From me "
                "you hear what it must achieve for {users}."
            ),
        ),
        "manager": (
            (
                "I am {name}, {role}. I look after the {count} milestones of {title}, the {duration} "
                "we have for them, and the risks nobody likes to mention."
            ),
        ),
        "colleague": (
            (
                "I am {name}, {role}. I build with {techs} and I am here for everything about how "
                "{title} gets made, from “{first}” onwards."
            ),
        ),
    },
    "machine": {
        "client": (
            (
                "To be honest about it: I am not a person. {name} is a simulated persona of your "
                "internship, and these answers come from Interna's offline model, built from the facts "
                "of {title}. As {role} I can still tell you what this project needs."
            ),
        ),
        "manager": (
            (
                "A fair question: no human is typing here. {name} is a simulated persona, answered by "
                "Interna's offline model from the facts of {title}. The plan of {count} milestones is "
                "real enough to work with."
            ),
        ),
        "colleague": (
            (
                "No, I am not human: {name} is a simulated persona, and Interna's offline model puts "
                "these answers together from the facts of {title}. So trust them for what the brief "
                "says, and check the rest in the documentation."
            ),
        ),
    },
    "secrets": {
        "client": (
            (
                "I do not hand out what I was told behind the scenes, and it would not help you. Ask "
                "me about {title} instead: about {users}, for instance, or about what they should be able to do."
            ),
        ),
        "manager": (
            (
                "My notes stay with me. What you need is on the table: {count} milestones, {duration}, "
                "and the requirements. Which of them shall we talk about?"
            ),
        ),
        "colleague": (
            (
                "That is not mine to share. But ask me how to build “{first}”, or why we use {tech}, "
                "and I will talk for an hour."
            ),
        ),
    },
}
