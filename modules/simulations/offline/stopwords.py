"""Words that carry no subject. A term is any other word."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = """
    a about above across after again against all almost along already also although always am among an
    and another any anyone anything are around as at away back be because been before being below
    between both but by came can cannot come could did do does doing done down during each either else
    enough etc even ever every everyone everything few first for from further gave get gets getting give
    given go goes going got had has have having he her here hers herself him himself his how however i
    if in inside instead into is it its itself just keep kept kind know last later least less let like
    lot made make makes making many may maybe me might mine more most much must my myself near need
    needed needs neither never new next no nobody none nor not nothing now of off often on once one only
    onto or other others our ours ourselves out outside over own per perhaps please put quite rather
    really said same say see seem seems several shall she should show since small so some someone
    something soon still such take takes than that the their theirs them themselves then there therefore
    these they thing things this those though through throughout thus to today together too toward
    towards two under until up upon us use used uses using usually very via want wanted wants was way we
    well went were what whatever when where whether which while who whom whose why will with within
    without would yet you your yours yourself it's don't i'm we're can't won't doesn't isn't that's
    there's they're you're let's able currently every different across able help helps would like look
    looks looking good great best better simple easy easily
"""

ARABIC: Final = """
    من الى إلى عن على في مع هذا هذه ذلك تلك الذي التي الذين اللذين اللاتي ما ماذا متى اين أين كيف كم هل
    لا لم لن ليس ليست كان كانت يكون تكون كل بعض غير بين بعد قبل عند عندما حتى اذا إذا ان أن إن انه أنه
    إنه انها أنها أو او ثم قد لقد نحن هو هي هم انت أنت انا أنا كما لكن لكنه حيث اي أي ايضا أيضا هنا هناك
    منذ خلال حول دون بدون فوق تحت جدا فقط اكثر أكثر اقل أقل عبر لدى لدينا لنا له لها لهم به بها فيه فيها
    منه منها عليه عليها الآن الان أجل اجل وهو وهي ولا وما ومن وفي وعلى وأن وإن نريد اريد أريد يريد تريد
    نحتاج يحتاج تحتاج يجب ينبغي يمكن مثل لأن لان لكي كي مما عنها عنه إليه اليه إليها كانوا وكل وكذلك
    كذلك اليوم دائما أحيانا بحيث تم يتم سوف نفس شيء لهذا بهذا بشكل
"""

# Words of nearly every request: terms too, but the last ones to choose.
PLAIN: Final = """
    app application system project website site web platform tool software user users people team build
    building create develop development online service services solution company business work working
    data information تطبيق التطبيق نظام النظام مشروع المشروع موقع الموقع منصة المنصة برنامج مستخدم
    المستخدم المستخدمين المستخدمون بناء إنشاء تطوير شركة الشركة عمل العمل خدمة الخدمة خدمات بيانات
    البيانات معلومات الناس فريق الفريق
"""
