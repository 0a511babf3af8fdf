"""Answers to what interns ask, in English: what each role cares about, over the simulation's facts."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.intents import Intent
from modules.simulations.offline.kinds import Role

ANSWERS: Final[dict[Intent, dict[Role, tuple[str, ...]]]] = {
    "schedule": {
        "client": (
            (
                "{duration}, that is what I have promised for all {count} milestones. At the end I "
                "want to see “{last}” finished, and on the way something every week that I can show to "
                "others."
            ),
            (
                "Everything has to stand after {duration}. If time gets short, tell me early which of "
                "the {count} milestones suffers, so that I can choose."
            ),
        ),
        "manager": (
            (
                "The plan says {duration} for {count} milestones, from “{first}” to “{last}”. Give "
                "each one its own date, keep a fifth of the time free, and report a slip on the day "
                "you notice it."
            ),
            (
                "We have {duration} in all. Divide it by {count} milestones, then move some of it from "
                "“{first}” to whatever you have never done before."
            ),
        ),
        "colleague": (
            (
                "On paper it is {duration} for {count} milestones. In my experience “{first}” eats "
                "more of it than anyone plans, so start it small and leave air before “{last}”."
            ),
            (
                "{duration}, and the last days always go to things nobody wrote down. I would have the "
                "riskiest part running by half-time, well before “{last}”."
            ),
        ),
    },
    "budget": {
        "client": (
            (
                "The brief names no amount, so I will not invent one. What it does name is time: "
                "{duration}. If you need something that costs money, tell me its price and what "
                "{users} get for it, and I decide."
            ),
        ),
        "manager": (
            (
                "No budget has been set in the brief; our currency is time, {duration} for {count} "
                "milestones. Whatever costs money beyond {techs} needs a reason and a price before it "
                "is used."
            ),
        ),
        "colleague": (
            (
                "I know of no budget, and we should hardly need one: you can develop with {techs} "
                "without paying anyone. If you want a paid service, write the free alternative beside "
                "it."
            ),
        ),
    },
    "scope": {
        "client": (
            (
                "What counts for me is this: “{requirement}” And right after it: “{another}” Anything "
                "beyond that can wait until {users} ask for it."
            ),
            (
                "I need this, and I mean it literally: “{requirement}” And if you also manage "
                "this, I can show it to {users}: “{another}”"
            ),
        ),
        "manager": (
            (
                "In scope is what is written, for example: “{requirement}” Or: “{another}” Anything "
                "that is not among the {total} requirements is a change, and a change costs time out "
                "of {duration}."
            ),
        ),
        "colleague": (
            (
                "I read the requirements as tests. Take this one: “{requirement}” Make it fail first, "
                "then make it pass. The next would be “{another}”"
            ),
        ),
    },
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
    "users": {
        "client": (
            (
                "It is for {users}. You know what it is like there: {stake}. If they need an "
                "explanation, we have already lost them."
            ),
        ),
        "manager": (
            (
                "The audience is {users}. Plan at least one conversation with one of them before "
                "“{second}”, because that is the cheapest moment to be wrong; after all, {stake}."
            ),
        ),
        "colleague": (
            (
                "Picture {users}, and not on a good day. I test everything with one case: {trial}. If "
                "your design survives that, it survives most of them."
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
    "priorities": {
        "client": (
            (
                "First this: “{primary}” Without it the rest is worth nothing to {users}. If you "
                "have to drop something, drop it from the end of the list."
            ),
        ),
        "manager": (
            (
                "Begin with “{first}”, because everything else stands on it; after that “{second}”. If "
                "two things compete, the one that can still go wrong in an unknown way comes first."
            ),
        ),
        "colleague": (
            (
                "I would start with the part that scares you most inside “{first}”, and get "
                "“{deliverable}” out early. Easy things stay easy; the hard ones grow."
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
    "plan": {
        "client": (
            (
                "There are {count} of them: {titles}. I care most about the moment when I can hand "
                "something to {users}, so tell me which one that is."
            ),
        ),
        "manager": (
            (
                "{count} milestones in {duration}: {titles}. Each has deliverables, and we go on to "
                "the next when those are there and not when the calendar says so."
            ),
        ),
        "colleague": (
            (
                "The road is {titles}. I would read the last one first, since it says what has to be "
                "true at the end, and then build “{first}” towards it."
            ),
        ),
    },
    "goal": {
        "client": (
            ("Because {stake}. With {title} I want {measure}, and it begins with something plain: “{requirement}”"),
        ),
        "manager": (
            (
                "The point of {title} is {measure}. The brief puts it like this: “{overview}” "
                "Everything in the plan should be traceable to that; if you find a task that is not, "
                "tell me."
            ),
        ),
        "colleague": (
            (
                "In a few words: {measure}, for {users}. The brief says “{overview}” For us that "
                "becomes code in places like this: “{requirement}”"
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
                "me about {title} instead: about {users}, or about this: “{requirement}”"
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
