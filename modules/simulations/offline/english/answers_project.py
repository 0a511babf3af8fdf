"""What each role answers about the project: its plan, its purpose, its limits; in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.intents import Intent
from modules.simulations.offline.kinds import Role

ON_THE_PROJECT: Final[dict[Intent, dict[Role, tuple[str, ...]]]] = {
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
                "that is not in the requirements (number: {total}) is a change, and a change costs time out "
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
}
