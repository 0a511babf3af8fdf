"""What is said of handed-in work, in Arabic."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.forms import ReviewForms

REVIEWING: Final = ReviewForms(
    line="السطر {lines}",
    lines="الأسطر {lines}",
    met="موجود ({lines}): {found}.",
    partly="موجود جزئيا: هناك شيء عن {found} ({lines})، ولا شيء عن {absent}.",
    scattered="موجود جزئيا: {found} كلها موجودة لكنها متباعدة ({lines})، فقد تتحدث عن أشياء أخرى.",
    spoken_of="الكلمات موجودة ({lines})، لكن {lacking}.",
    missing="لم أجد شيئا عن {absent}.",
    wordless="ليس في هذا المعيار كلمات أبحث عنها، فلا بد أن يحكم فيه إنسان.",
    lacking={
        "=test": "لا اختبار يمكن تشغيله",
        "=refuse": "لا شيء في الشيفرة يرفض",
        "=error": "لا شيء في الشيفرة يعالج خطأ",
        "=validate": "لا شيء في الشيفرة يتحقق",
    },
    method=(
        "قارنت كلمات عملك بكلمات كل معيار سطرا سطرا. لم أشغّل شيئا ولا أستطيع تتبع ما تفعله الشيفرة: فقد "
        "يفوتني ما أُنجز بكلمات أخرى تماما، وقد يمر ما ذُكر ذكرا فقط."
    ),
    summary="عدد المعايير {total}: تحقق منها {met}، وتحقق جزئيا {partly}، ولم يتحقق بعد {missing}.",
    approved="وهذا يكفي: العمل مقبول.",
    not_yet="وهذا لا يكفي بعد، وما ينقص مذكور أدناه بترتيب المعايير.",
    nothing_handed_in="ليس فيه ما يُقرأ، فكل المعايير ما زالت مفتوحة.",
    criterion="«{criterion}»",
    no_strength="سلمته وما زال تغييره ممكنا، وهذا هو الوقت المناسب.",
    no_improvement="اكتب بجانب كل جزء أي معيار يخصه، كي يجده غيرك بالسرعة التي تجده بها أنت.",
    begin="ابدأ بهذا المعيار ثم سلّم العمل ثانية: «{criterion}»",
    go_on="امض إلى ما يلي، واحتفظ بهذه النسخة كي تقارن بها.",
    ask_a_person="دع غيرك يشغّله أو يقرؤه بصوت مسموع، فهذه المراجعة قارنت الكلمات فقط.",
)
