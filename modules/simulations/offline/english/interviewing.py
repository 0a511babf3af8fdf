"""What an interviewer asks and says at the end, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.forms import InterviewForms

INTERVIEWING: Final = InterviewForms(
    opening=(
        "Hello, and thank you for coming. I have read the job description with you in mind: {job}. Which piece of "
        "your own work comes closest to it, and what exactly was your part in it?"
    ),
    opening_without_words=(
        "Hello, and thank you for coming. The job description says little, so let us begin with you: which piece "
        "of work are you proud of, and what exactly was your part in it?"
    ),
    on_word=(
        "You mentioned “{word}”. What did you decide there yourself, and what did others decide?",
        "Let us stay with “{word}” for a moment: what went wrong with it, and how did you notice?",
        "If “{word}” came up again tomorrow, what would you do differently?",
        "You spoke of “{word}”. How would you explain it to somebody who has never seen it?",
    ),
    on_number=(
        "You named a figure, {number}. How did you arrive at it, and what was it before?",
        "About that {number}: who measured it, and would you bet your next salary on it?",
    ),
    on_we=(
        "You tell it as “we”. If I take the others away, which part would still be there?",
        "In “we”, who wanted something else than you, and how was it settled?",
    ),
    on_short=(
        "That was brief. Give me one concrete case: what the situation was, what you did, and how it ended.",
        "Let me ask for more: who was involved, what was at stake, and what did you do on the first day?",
        "Take your time, and tell it as a story with a beginning, a difficulty and an end.",
    ),
    on_unknown=(
        "That is an honest answer. Suppose you had to know it by tomorrow evening: where would you begin?",
        "Nobody knows everything. What would you ask a colleague first, and how would you check the answer?",
    ),
    on_nothing_new=(
        "This is question {number}, and I have asked all that I had. What have you not told me yet that speaks for you?"
    ),
    technical=(
        "What have you built with {skill}, and which decision in it would you make differently today?",
        "Something that relies on {skill} has become slow since yesterday. Where do you look first, and why there?",
        "How do you test work that is done with {skill}, and what do you leave untested on purpose?",
        "Which mistake do people make with {skill} in their first months, and how do you catch it in a review?",
        "When would you advise against {skill}, and what would you take instead?",
        "You have half an hour to explain {skill} to a new colleague. What do you show, and what do you leave out?",
    ),
    of_field={
        "frontend": (
            "A form works for you and fails for one customer in twenty. How do you find out why?",
            "How do you make sure that a page can be used with a keyboard and on a slow phone?",
        ),
        "backend": (
            "Two requests change the same row in the same moment. What can go wrong, and what prevents it?",
            "A service that you call answers nothing for a minute. What should your code do meanwhile?",
        ),
        "fullstack": (
            "Where do you check what a user typed: in the browser, on the server or in the database, and why?",
            "A feature has to be live on Friday and needs a change of the schema. In which order do you release?",
        ),
        "mobile": (
            "The system ends your app while somebody is typing. What must be true when they come back?",
            "How do you find out that an update made the app worse before the reviews tell you?",
        ),
        "data": (
            "Two reports show different totals for the same month. How do you find out which one is right?",
            "A file arrives twice, once with a column missing. What does your pipeline do with it?",
        ),
        "design": (
            "Five people tested your prototype and all five failed at the same step. What do you do on the next day?",
            "A developer says that your design cannot be built in time. How do you go on?",
        ),
    },
    behavioural=(
        "Tell me about a piece of criticism that was right although you did not like it. What did you change?",
        "Describe a time when it was not clear what was wanted. What did you do in the first hours?",
        "When did you last miss a date that you had promised? When did you say so, and to whom?",
        "Tell me about a disagreement with somebody you worked with. How did it end, and what did it cost?",
        "What have you learned in the last six months that nobody asked you to learn, and how did you go about it?",
        "Describe a mistake of yours that others noticed before you did. What happened next?",
        "You have three tasks and time for two. How do you decide, and whom do you tell?",
        "When did you help somebody in a way that cost you time? Would you do it again?",
    ),
    closing=("We are nearly through. What should I have asked you that I did not, and what would you have answered?"),
    the_job="“{words}”",
    concrete="You became concrete, for instance here: “{quote}”",
    named="You spoke of what the job description asks for: {skills}.",
    figures="You gave figures, such as {numbers}; they make a story believable.",
    took_part="You stayed with it; number of answers: {count}.",
    stays_general="“{quote}” stays general: add the situation, what you did yourself, and how it ended.",
    no_figures="No answer had a figure in it. Say how many, how long or how much at least once in each story.",
    no_example="Begin your answers with one case that happened: “when …”, “last year …”, “for example …”.",
    short="Your answers are short (average number of words: {words}); two or three sentences more would carry them.",
    not_named="You did not speak of {skills}, which the job description names. Prepare examples.",
    go_further="Prepare for the next round by telling the same stories in two minutes each, with the result first.",
    communication="Number of answers: {count}, average number of words: {words}. {shape} {example}",
    long_ones="That is generous: end each answer with one sentence that says what came out of it.",
    short_ones="That is little: an interviewer has to dig for each detail.",
    even="That is a good length: long enough for a case, short enough to be asked on.",
    method=("I counted and compared words; whether what you said is right, somebody who knows the field has to judge."),
    accuracy_named="Of what the job description names you spoke of {skills}.",
    accuracy_none="You did not speak of the skills that the job description names.",
)
