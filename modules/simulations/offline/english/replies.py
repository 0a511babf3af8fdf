"""What frames an answer, in English: greetings, memory, code, and what is said where the facts end."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.english.answers_project import ON_THE_PROJECT
from modules.simulations.offline.english.answers_work import ON_THE_WORK
from modules.simulations.offline.kinds import Replies

REPLIES: Final = Replies(
    answers={**ON_THE_PROJECT, **ON_THE_WORK},
    milestone={
        ("client"): (
            "“{milestone}” is number {number} of {count}. What I expect to see of it: "
            "“{deliverable}”. If {users} cannot feel a difference afterwards, we talked past each "
            "other."
        ),
        ("manager"): (
            "Milestone {number} of {count} is “{milestone}”: {description} It is finished when "
            "these are there: {deliverables}. Take its share of {duration} and no more."
        ),
        ("colleague"): (
            "“{milestone}”, number {number} of {count}. {description} I would begin with "
            "“{deliverable}”, because it shows fastest whether you understood the rest."
        ),
    },
    no_such_milestone=(
        "There are only {count} milestones, so that one does not exist; the last is “{last}”. Which of "
        "these do you mean: {titles}?"
    ),
    unplanned={
        "schedule": (
            "The time is {duration}, and nobody has cut it into milestones, so cut it yourself: let me see a "
            "first piece when a third of it is over, and something every few days after that."
        ),
        "plan": (
            "There are no milestones here; what is fixed is the time, {duration}, and what has to be true at "
            "the end: “{requirement}” Propose three or four pieces that can each be shown, and tell me which "
            "comes first."
        ),
        "team": (
            "On this project you have nobody but me, so ask me whatever you need to know, and write the answers "
            "down where you find them again."
        ),
    },
    no_duration="still open",
    told={
        "client": (
            "Since you ask, here is something that stands in no document.",
            "I have not told that to anybody yet, because nobody asked.",
        ),
        "manager": (
            "You asked, so put this into your plan.",
            "Good that you ask before it hurts.",
        ),
        "colleague": (
            "That is something you only learn by asking.",
            "Nobody writes this down, but everybody here knows it.",
        ),
    },
    told_all={
        "client": (
            "Beyond what is written I have nothing to add at the moment. Ask me again when you are further "
            "along; some things come up only then."
        ),
        "manager": (
            "Nothing that is not in the brief, for now. Ask the client and your colleague the same, and ask "
            "me again when you are further along."
        ),
        "colleague": (
            "From me there is nothing more right now. Ask the others too, and come back when you are "
            "deeper in it, that is when things come up."
        ),
    },
    fact={
        ("client"): (
            "On {words} the clearest I can say is this: “{fact}” What matters to me is "
            "that {users} get it without having to ask. What would you propose?"
        ),
        ("manager"): (
            "About {words} the plan says: “{fact}” Treat that as the agreement, and tell me if it "
            "costs more than its share of {duration}. Which decision of yours depends on it?"
        ),
        ("colleague"): (
            "For {words} I would hold on to this: “{fact}” Build the smallest version that makes that "
            "sentence true, then try to break it. Where exactly are you unsure?"
        ),
    },
    nothing={
        ("client"): (
            "The brief says nothing about {words}, and I will not make something up. "
            "For me the yardstick stays this: “{requirement}” What would {users} gain or lose by it?"
        ),
        ("manager"): (
            "The brief does not cover {words}, so it is open. Write down your proposal with its "
            "price in time, measured against {duration}, and I take it to the client. What would you "
            "suggest?"
        ),
        ("colleague"): (
            "On {words} the brief is silent, so take the simplest thing and write the assumption "
            "down. It must not get in the way of this: “{requirement}” What are the options you "
            "see?"
        ),
    },
    also="On {words} the brief adds: “{fact}”",
    open="About {words} the brief says nothing definite yet; make a proposal and I will say yes or no.",
    known_tool="{tool} is part of what we agreed on, so go ahead with it.",
    unknown_tool=(
        "{tool} is not among the tools we agreed on. I would need to hear what it can do that {techs} cannot."
    ),
    still="Still on {words}, then:",
    hello={
        "friendly": "Hello, good to hear from you!",
        "busy": "Hi, quickly:",
        "skeptical": "Good day.",
        "demanding": "Hello. Let us use the time well.",
        "impatient": "Yes, hello.",
        "harsh": "Fine. To the point.",
    },
    hello_again=(
        "We have already said hello. What do you need for {title}: the plan, a requirement, or a look at your work?"
    ),
    thanks={
        "friendly": "You are very welcome! Next on the way is “{first}”; come back whenever you like.",
        "busy": "Sure. On to “{first}”.",
        "skeptical": "Thank me when it works. “{first}” is still to be proven.",
        "demanding": "Thank me with a finished “{first}”, on time.",
        "impatient": "No need. Show me “{first}” instead.",
        "harsh": "Thanks build nothing. “{first}” does.",
    },
    remembered="You asked me {questions}.",
    answered="My last answer began: “{answer}”",
    nothing_asked="Nothing so far: this is the first thing you ask me about {title}. Go ahead.",
    repeated=(
        "You asked me that before, and that is fine; the answer is the same.",
        "You asked me that already. My answer has not changed.",
    ),
    notes={
        "client": (
            "Begin with a rough version and show it to me; I enjoy those.",
            "Let me see something that I can try myself.",
            "I want to see it work with real cases, and the figures beside it.",
        ),
        "manager": (
            "If that is new to you, take one small step today and tell me how it went.",
            "Put a date beside it and send me the plan.",
            "Put a date, a risk and a fallback beside it; I will ask for all three.",
        ),
        "colleague": (
            "A small tip: write down what you expect before you run it, then compare.",
            "Try it first, then bring me what surprised you.",
            "Bring a failing test or a measurement; without one I have nothing to review.",
        ),
    },
    code={
        ("client"): (
            "I do not read code myself, so I had it explained: {summary} {strength} {findings} {touches} {verdict}"
        ),
        ("manager"): ("I went through it with the plan beside me: {summary} {strength} {findings} {touches} {verdict}"),
        "colleague": "I read it: {summary} {strength} {findings} {touches} {verdict}",
    },
    code_length=("1 line", "{lines} lines"),
    code_names="{length}, with {names}.",
    code_nameless="{length}, and nothing in there has a name of its own yet.",
    strengths={
        "tested": "I like that it brings its own checks.",
        "guarded": "I like that failure is thought of.",
        "typed": "The declared types help the next reader.",
        "documented": "The notes in it help.",
        "small": "It is short, and that is a good beginning.",
        "named": "It is split into named parts, which helps.",
    },
    findings={
        ("secret"): (
            "there is a secret written into the source{line}; move it into the environment and replace "
            "it, it counts as leaked"
        ),
        ("sql"): (
            "a query is glued together from strings{line}; pass values as parameters, or somebody else "
            "will write the query"
        ),
        ("swallowed"): ("an error is caught and swallowed{line}; handle the one you expect and let the others surface"),
        "evaluated": "text is executed as code{line}; nobody outside may ever reach that",
        "markup": "markup is inserted unescaped{line}; a visitor's text could become a script there",
        ("unguarded"): ("a call to the outside{line} has no plan for failure; decide about timeout, error and retry"),
        "image": "an image has no alternative text{line}",
        "star": "the query takes every column{line}; name the ones you use",
        "leftover": "debugging output was left in{line}",
        "todo": "there is an open TODO{line}; do it or turn it into a task",
        "untyped": "a function does not say what it returns{line}",
        "long": "it is one long piece; cut it where you would put a heading",
        "tests": "tests are missing: begin with one for the ordinary case and one for nonsense input",
    },
    line=" (line {number})",
    touches="It has to serve this sentence: “{fact}”",
    verdicts=(
        "Change the first point, then show it to me again; you are on a good way.",
        "Fix these and explain in one sentence why each mattered.",
        "I do not accept it like this. Fix every point and bring the proof.",
    ),
    spare=("", "", ""),
)
