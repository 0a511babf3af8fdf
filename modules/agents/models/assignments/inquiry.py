"""A plan for looking something up: what to ask, where to look, how to note it down. Nothing is looked up."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from modules.agents.domain import Assignment
from modules.agents.models.assignments.asked import Language, asked


class Plan(Struct, frozen=True):
    honest: str
    titles: tuple[str, str, str]
    questions: tuple[str, ...]
    relates: str
    places: tuple[str, ...]
    note: str


_PLANS: Final[dict[Language, Plan]] = {
    "en": Plan(
        honest=(
            "> Nothing was looked up: this plan was written without a language model and without a connection, so it "
            "holds no information on the subject itself."
        ),
        titles=("Questions to answer", "Where to look", "How to note it down"),
        questions=(
            "What exactly does {about} mean, and who defined it?",
            "What has changed about it in the last two years?",
            "Who has tried it, and what did they measure?",
            "What are the alternatives, and when are they better?",
            "What speaks against it, and who says so?",
        ),
        relates="How does it relate to {other}?",
        places=(
            "Official documentation and the changelog of every tool that is named",
            "Standards (such as RFC, W3C, ISO), where there is one",
            "Survey articles rather than a single study",
            "Somebody who does it daily: two questions in ten minutes",
        ),
        note=(
            "- For each answer: the source, its date and one sentence copied exactly.\n"
            "- Mark what no second source confirms."
        ),
    ),
    "ar": Plan(
        honest="> لم يُبحث عن شيء: كُتبت هذه الخطة دون نموذج لغوي ودون اتصال، فهي لا تحوي أي معلومة عن الموضوع نفسه.",
        titles=("أسئلة يجاب عنها", "أين تبحث", "كيف تدوّن"),
        questions=(
            "ما معنى {about} بالضبط، ومن عرّفه؟",
            "ما الذي تغير فيه خلال السنتين الأخيرتين؟",
            "من جرّبه، وماذا قاس؟",
            "ما البدائل، ومتى تكون أفضل؟",
            "ما الذي يعارضه، ومن يقول ذلك؟",
        ),
        relates="ما علاقته بما يلي: {other}؟",
        places=(
            "الوثائق الرسمية وسجل التغييرات لكل أداة تُذكر",
            "المعايير المنشورة حيث يوجد معيار",
            "المراجعات العلمية لا الدراسة الواحدة",
            "من يقوم بهذا العمل كل يوم: سؤالان في عشر دقائق",
        ),
        note="- لكل جواب: المصدر وتاريخه وجملة منقولة حرفيا.\n- ما لم يؤكده مصدر ثان فاكتب بجانبه أنه غير مؤكد.",
    ),
}


def inquiry(assignment: Assignment) -> str:
    request = asked(assignment)
    plan = _PLANS[request.language]
    about = request.quoted([request.topic])
    others = [word for word in request.words if word.lower() not in request.topic.lower()]
    questions = [question.format(about=about) for question in plan.questions]
    if others:
        questions.append(plan.relates.format(other=request.quoted(others[:2])))
    numbered = "\n".join(f"{number}. {question}" for number, question in enumerate(questions, start=1))
    places = "\n".join(f"- {place}" for place in plan.places)
    bodies = zip(plan.titles, (numbered, places, plan.note), strict=True)
    return "\n\n".join([f"# {request.topic}", plan.honest, *(f"## {title}\n\n{body}" for title, body in bodies)])
