"""The sentences that hold a simulation together, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Lines, Question

LINES: Final = Lines(
    openings=(
        (
            "{title} is a {label} project in the world of {domain}, where {stake}. The client "
            "describes it like this: “{clause}”."
        ),
        ("“{clause}”: so begins the wish behind {title}, a {label} project in {domain}. It matters, because {stake}."),
        (
            "In {domain}, {stake}. {title} is a {label} project that is meant to change this, and the "
            "request says where to start: “{clause}”."
        ),
    ),
    openings_without_words=(
        (
            "{title} is a {label} project in the world of {domain}, where {stake}. The request is "
            "brief, so asking good questions is part of the first week."
        ),
        (
            "Behind {title} stands a client with more hope than detail. It is a {label} project in "
            "{domain}, where {stake}."
        ),
        (
            "In {domain}, {stake}. {title} is a {label} project that is meant to change this, and you "
            "help the client to say exactly how."
        ),
    ),
    goes_on="It goes on: “{clause}”.",
    build=(
        "You build the {artefact} for {users} in {count}, within {duration}: first {first}, then {rest}.",
        (
            "Over {duration} and {count} you make the {artefact} that {users} will use. Its heart is "
            "{first}; {rest} follow from there."
        ),
        (
            "Your part is the {artefact}. {count_cap} in {duration} lead from {first} to {rest}, and "
            "{users} decide whether it was worth it."
        ),
    ),
    vocabulary=(
        "The request says {terms}; say the same in your screens, tables and names.",
        "When people there talk about their day they say {terms}, so speak as they do and invent no words of your own.",
        "Keep {terms} in mind, whatever else you leave out.",
    ),
    foreign_words=(
        "The request was written in another language and speaks of {terms}; keep these words beside "
        "your translation of them."
    ),
    success="Success is measured in {measure}.",
    difficulty={
        ("easy"): (
            "The scope is small on purpose, so that you learn to finish: a clear path, and one decision at a time."
        ),
        ("medium"): (
            "Expect some friction: input that is wrong, wishes that contradict each other, and a "
            "schedule without room for a second start."
        ),
        ("hard"): (
            "This is a hard one: edge cases come first, load and failure are part of the task, and you "
            "will be asked about every shortcut."
        ),
    },
    client_mood={
        "friendly": "Your client is patient and likes questions.",
        "busy": "Your client is hard to reach, so small decisions are yours.",
        "skeptical": "Your client doubts that it can work and wants to be shown.",
        "demanding": "Your client expects complete work on the agreed day, and then a little more.",
        "impatient": "Your client wants to see something move today, and again tomorrow.",
        "harsh": "Your client rejects unfinished work without a discussion; only evidence counts.",
    },
    description=(
        "A {label} project in {domain}, level {level} of 8: {capabilities} for {users}. Written from "
        "your request by Interna's offline model."
    ),
    opening_adds=(
        "Clear up {terms} before anything else: two people who say such a word rarely mean the same.",
        "Start from {terms}, and ask for one true example of each.",
        "Write down what people there mean by {terms}; half of all later arguments begin there.",
    ),
    scene=(
        "Before you decide anything, spend an hour {scene}.",
        "An hour {scene} teaches more than a week of meetings.",
    ),
    trial="Worked case: {trial}",
    withstands="The product also copes with {trial}.",
    glossary="Short glossary ({terms}) confirmed by the {client}",
    hardening_adds=(
        "Keep in mind that here {stake}; look there first.",
        "The reason for this week is simple: {stake}.",
        "Rank what you find by one fact: {stake}.",
    ),
    closing_adds=(
        "End with what matters to the {client}: {measure}, now and one month later.",
        "The {client} will ask about {measure}; have an answer that needs no slides.",
        "Whatever else you present, tell what it does for {measure}.",
    ),
    quoted=(
        "The request asks for it in these words: “{clause}”.",
        "What was asked for: “{clause}”.",
        "“{clause}” is how the client puts it.",
    ),
    unquoted=(
        "Here it is about {terms} above all.",
        "Try it with a case from their own day, such as {terms}.",
        "Have the client tell you how this shows in {terms}.",
    ),
    proven="Evidence for this sentence: {rule}",
    handed_in="Handed in and complete: {deliverable}.",
    worked_case="One case is followed to its end: {trial}.",
    own_words="It says {terms} where the request does, and explains what people there mean by that.",
    left_open="It names what is still open, and whom to ask about it.",
    remaining={
        "easy": "What does not work yet stands on a list.",
        "medium": "What does not work yet stands on a list, each point with its reason.",
        "hard": "What does not work yet stands on a list, each point with its reason and its risk.",
    },
    effect="It says what the result does for this aim: {measure}.",
    asked={
        "easy": (
            "“{clause}”: a first version that a stranger can use without help.",
            "“{clause}”: shown in a demo from beginning to end.",
        ),
        "medium": (
            "“{clause}”: it also holds when input is wrong, missing or repeated.",
            "“{clause}”: covered by a test that someone else has read.",
        ),
        "hard": (
            "“{clause}”: it keeps working on the worst day you can think of, and you say which day that is.",
            "“{clause}”: measured before and after, with the numbers in the handover.",
        ),
    },
    asked_term={
        "easy": (
            "Whatever concerns “{term}” can be found and understood without help.",
            "“{term}” has one place in the product, and a demo shows it.",
        ),
        "medium": (
            "“{term}” means the same on every screen, and wrong input about it is refused with a reason.",
            "A test that someone else has read covers what happens to “{term}”.",
        ),
        "hard": (
            "What happens to “{term}” can be traced afterwards, failures included.",
            "“{term}” survives ten times the expected use, with measured numbers.",
        ),
    },
    because="Failures are explained in words that {users} understand, because {stake}.",
    objectives={
        "easy": "Build {first} in small steps that can each be shown",
        "medium": "Build {first} to withstand mistakes and repeated attempts",
        "hard": "Back claims about {first} with measurements under load and failure",
    },
    with_client={
        "friendly": "Ask a client good questions and confirm what you heard",
        "busy": "Decide small things alone and report them in one short message",
        "skeptical": "Convince a doubtful client with working software",
        "demanding": "Agree on a definition of done and keep it",
        "impatient": "Show progress in small pieces without losing quality",
        "harsh": "Stay factual under harsh criticism and answer it with evidence",
    },
    page="Read it before “{milestone}”: it helps with the hard part of {name}.",
    page_without_milestone=(
        "It helps with the hard part of {name}. No milestone is about that alone, so read it when you plan."
    ),
    page_about="A reference for {label} work; look things up here before you search elsewhere.",
    weeks={2: "2 weeks", 3: "3 weeks", 4: "4 weeks", 5: "5 weeks", 6: "6 weeks"},
    hours="about {hours} hours of work",
    counts={3: "three milestones", 4: "four milestones", 5: "five milestones", 6: "six milestones"},
    belongs=Question(
        "Which of these is a milestone of {thing}?",
        "{right}",
        ("{first}", "{second}", "{third}"),
        (
            "The request leads to {name}. The other three would be projects of their own; noticing "
            "what was not asked for protects your schedule."
        ),
    ),
    plan=Question(
        "There are {duration} for {count}, and “{milestone}” takes twice as long as planned. What do you do?",
        "Say so on the same day, with two options and the price of each",
        (
            "Work through the nights and mention it at the end",
            "Leave out the tests of the next milestone",
            "Deliver the rest late and hope that it goes unnoticed",
        ),
        (
            "A delay that is known early is a choice, a delay that is known late is a surprise. "
            "Options with prices let the client decide."
        ),
    ),
    unclear=Question(
        "The client of {thing} keeps saying that it should be “simple”. How do you find out what that means?",
        "Ask for the last concrete case that was not simple, and repeat it in your own words",
        (
            "Remove features until nobody complains",
            "Copy the simplest competitor",
            "Wait until the client finds a clearer word",
        ),
        (
            "Adjectives hide stories. One concrete case ({measure} are at stake here) says more than "
            "any scale from one to ten."
        ),
    ),
    this_project="this project",
    quotes=("“", "”"),
)
