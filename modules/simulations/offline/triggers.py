"""The words that give a subject away, in both languages; matched by stem, so one form of a word is enough."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Field
from modules.simulations.offline.terms import roots_of

# The first line of words names the field outright and counts three times; the second only hints at it.
FIELDS: Final[dict[Field, tuple[frozenset[str], frozenset[str]]]] = {
    "data": (
        roots_of("pipeline etl analytics dataset warehouse dashboard kpi forecast statistics csv بايبلاين تحليلات"),
        roots_of(
            "data metric report sensor prediction model trend chart clean ingest telemetry بيانات "
            "مؤشرات تقارير تقرير تحليل حساسات مستشعرات إحصاء تنبؤ لوحة قراءات"
        ),
    ),
    "design": (
        roots_of("design redesign prototype wireframe figma ux mockup usability rebrand تصميم نموذج فيجما"),
        roots_of("brand typography colour color layout interview هوية ألوان خطوط"),
    ),
    "mobile": (
        roots_of(
            "mobile android ios iphone flutter swift kotlin smartphone phone جوال موبايل هاتف هواتف أندرويد محمول"
        ),
        roots_of("app push offline camera gps tablet تطبيق كاميرا لوحي"),
    ),
    "backend": (
        roots_of(
            "api backend server endpoint microservice rest graphql webhook postgresql fastapi django خادم واجهات خلفية"
        ),
        roots_of("database schema service integration auth token sql migration legacy قاعدة ربط ترحيل خدمات مصادقة"),
    ),
    "frontend": (
        roots_of(
            "frontend website webpage landing portfolio html css react vue responsive browser kiosk متصفح كشك أمامية"
        ),
        roots_of("web page site interface ui component screen animation موقع صفحة واجهة شاشة"),
    ),
    "fullstack": (
        roots_of("fullstack marketplace saas portal webshop ecommerce متكامل بوابة"),
        roots_of("shop store platform admin login متجر منصة إدارة"),
    ),
}

SECTORS: Final[dict[str, frozenset[str]]] = {
    "food": roots_of(
        "bakery bread cake restaurant cafe coffee kitchen menu meal food recipe pizza baker "
        "catering مخبز خبز مطعم مطاعم مقهى قهوة مطبخ وجبات طعام حلويات كعك"
    ),
    "health": roots_of(
        "hospital clinic patient doctor nurse pharmacy medical health dental triage medicine "
        "therapy مستشفى عيادة عيادات مريض مرضى طبيب أطباء ممرض صيدلية صحة صحي طبية دواء أدوية"
    ),
    "logistics": roots_of(
        "logistics shipment parcel warehouse truck fleet delivery courier freight driver port "
        "cargo لوجستية شحن شحنات طرود مستودع شاحنات أسطول توصيل سائق سائقين ميناء نقل"
    ),
    "finance": roots_of(
        "bank banking transfer loan wallet finance insurance account saving invoice "
        "accounting fintech fraud بنك مصرف بنكي تحويل قرض محفظة تأمين مالية حسابات ادخار "
        "محاسبة مصرفي"
    ),
    "culture": roots_of(
        "museum exhibit gallery theatre concert library art artist exhibition heritage "
        "visitor book متحف متاحف معرض لوحات مسرح تراث مكتبة كتب فنون قطع زوار أثرية"
    ),
    "farming": roots_of(
        "farm farmer irrigation crop soil greenhouse harvest livestock field moisture "
        "agriculture orchard مزرعة مزارع مزارعين ري محصول محاصيل تربة زراعة بساتين نخيل رطوبة "
        "زراعية"
    ),
    "education": roots_of(
        "school student teacher course lesson university exam homework classroom tutor grade "
        "learning pupil مدرسة مدارس طالب طلاب معلم معلمين دورة درس دروس جامعة امتحان واجبات "
        "تعليم تلاميذ"
    ),
    "retail": roots_of(
        "shop store retail product fashion clothes grocery customer furniture ecommerce "
        "webshop merchant متجر متاجر بيع منتجات منتج ملابس بقالة أثاث زبون تجارة تسوق"
    ),
    "travel": roots_of(
        "hotel flight travel trip tourist tourism booking airline hostel itinerary "
        "فندق فنادق سفر رحلة رحلات سياحة سائح سياح طيران غرف ضيوف"
    ),
    "public": roots_of(
        "municipality city council citizen permit government public tax licence police park "
        "street resident بلدية مدينة مواطن مواطنين حكومة رخصة رخص تصريح ضريبة شوارع سكان حي"
    ),
    "energy": roots_of(
        "energy solar electricity meter power grid battery charging wind utility consumption "
        "water طاقة شمسية كهرباء عداد عدادات شبكة بطارية استهلاك مياه رياح"
    ),
    "sport": roots_of(
        "gym sport fitness club match player training coach league workout football member "
        "tournament نادي رياضة رياضي لياقة مباراة لاعب لاعبين مدرب تدريب كرة دوري"
    ),
    "charity": roots_of(
        "charity volunteer donation donor ngo shelter refugee nonprofit fundraising animal "
        "adoption جمعية خيرية تبرع تبرعات متبرع متطوع متطوعين تطوع إغاثة لاجئين مأوى"
    ),
    "property": roots_of(
        "property rent apartment tenant landlord building house estate lease maintenance "
        "office عقار عقارات إيجار شقة شقق مستأجر مبنى صيانة سكن مكاتب"
    ),
    "media": roots_of(
        "news podcast listener radio music magazine article journalist video stream editor "
        "newsletter song أخبار بودكاست إذاعة موسيقى مجلة مقالات صحفي فيديو بث صحافة نشرة"
    ),
}

CAPABILITIES: Final[dict[str, frozenset[str]]] = {
    "orders": roots_of(
        "order cart basket checkout shop sell purchase buy preorder webshop pickup طلب طلبات طلبية سلة شراء بيع متجر"
    ),
    "payments": roots_of(
        "pay payment card invoice transfer wallet refund bank banking price subscription "
        "billing دفع بطاقة فاتورة فواتير تحويل تحويلات محفظة استرداد أسعار اشتراك"
    ),
    "booking": roots_of(
        "book booking appointment reserve reservation slot calendar schedule rehearsal shift "
        "حجز حجوزات موعد مواعيد تقويم جدولة مناوبات"
    ),
    "queue": roots_of("queue wait waiting triage turn walk-in ticket طابور انتظار دور أدوار تذكرة تذاكر"),
    "accounts": roots_of(
        "login sign-in signup auth authentication password role permission register "
        "registration oauth profile دخول تسجيل مصادقة حساب مرور صلاحيات صلاحية هوية"
    ),
    ("search"): roots_of("search filter find browse catalogue catalog lookup discover بحث البحث تصفية فلترة فهرس تصفح"),
    "notifications": roots_of(
        "notify notification alert reminder sms email push remind warn warning إشعار إشعارات "
        "تنبيه تنبيهات تذكير رسائل بريد إنذار"
    ),
    "tracking": roots_of(
        "track tracking shipment map location gps route fleet courier parcel delivery تتبع "
        "شحنة شحنات خريطة موقعها مسار مسارات توصيل طرود"
    ),
    "measurements": roots_of(
        "sensor measure measurement humidity moisture temperature telemetry device iot meter "
        "reading gauge حساس حساسات مستشعر مستشعرات رطوبة حرارة قراءة قراءات جهاز أجهزة عداد "
        "عدادات قياس"
    ),
    "reports": roots_of(
        "report dashboard chart metric kpi analytics statistics export graph trend insight "
        "تقرير تقارير لوحة مؤشر مؤشرات رسوم إحصاءات إحصائيات تحليل تحليلات"
    ),
    "pipeline": roots_of(
        "pipeline csv etl import batch warehouse feed dataset clean ingest duplicate excel "
        "spreadsheet بيانات استيراد ملفات تنظيف إكسل جداول مكررة معالجة دفعات"
    ),
    "content": roots_of(
        "article exhibit page gallery audio museum video media story blog photo image podcast "
        "landing portfolio محتوى معرض مقال مقالات صور صوت صوتي فيديو قصص قصة معروضات"
    ),
    "offline": roots_of(
        "offline connection sync network signal wifi connectivity bandwidth اتصال مزامنة شبكة إنترنت انقطاع"
    ),
    "languages": roots_of(
        "language translate translation arabic english multilingual french bilingual rtl "
        "localisation لغة لغات ترجمة عربية إنجليزية بلغتين العربية"
    ),
    "messages": roots_of(
        "chat message comment feedback review rating conversation forum reply دردشة محادثة "
        "تعليق تعليقات تقييم تقييمات مراسلة شكاوى"
    ),
    "learning": roots_of(
        "lesson course quiz exam homework grade exercise tutor learn progress درس "
        "دروس دورة اختبار اختبارات واجب واجبات درجات تمرين"
    ),
    "stock": roots_of(
        "stock sold inventory warehouse supplies expiry spare shelf item quantity barcode asset "
        "مخزون مستودع جرد كمية كميات صلاحية أصناف باركود قطع"
    ),
    "requests": roots_of(
        "form request application approve approval volunteer donation permit complaint claim "
        "submit ticketing نموذج استمارة موافقة موافقات تبرع تبرعات متطوع متطوعين بلاغ بلاغات "
        "رخصة معاملة"
    ),
    "migration": roots_of(
        "legacy migrate migration old replace rewrite cobol php monolith modernise modernize "
        "ترحيل قديم قديمة استبدال تحديث موروث"
    ),
    "access": roots_of(
        "kiosk touch accessible accessibility elderly wheelchair blind touchscreen "
        "screenreader disability كشك لمس مسنين كبار إعاقة مكفوفين وصول"
    ),
}

# Who is in the story. The key is also the key of Book.people.
PEOPLE: Final[dict[str, frozenset[str]]] = {
    "customers": roots_of("customer buyer shopper client زبون زبائن عميل عملاء"),
    "patients": roots_of("patient مريض مرضى"),
    "nurses": roots_of("nurse ممرض ممرضات ممرضين"),
    "doctors": roots_of("doctor physician طبيب أطباء"),
    "drivers": roots_of("driver courier سائق سائقين سائقون"),
    "dispatchers": roots_of("dispatcher موزع موزعين"),
    "visitors": roots_of("visitor tourist زائر زوار سائح سياح"),
    "curators": roots_of("curator أمين أمناء"),
    "farmers": roots_of("farmer grower مزارع مزارعين مزارعون"),
    "students": roots_of("student pupil learner طالب طلاب تلاميذ"),
    "teachers": roots_of("teacher tutor lecturer معلم معلمين مدرس مدرسين معلمات"),
    "parents": roots_of("parent أهل أولياء آباء"),
    "guests": roots_of("guest traveller traveler ضيف ضيوف مسافر مسافرين"),
    "citizens": roots_of("citizen resident neighbour مواطن مواطنين سكان"),
    "volunteers": roots_of("volunteer متطوع متطوعين متطوعون"),
    "donors": roots_of("donor متبرع متبرعين"),
    "tenants": roots_of("tenant مستأجر مستأجرين"),
    "members": roots_of("member عضو أعضاء"),
    "players": roots_of("athlete footballer لاعب لاعبين"),
    "coaches": roots_of("coach trainer مدرب مدربين"),
    "readers": roots_of("reader subscriber listener قارئ قراء مشترك مشتركين مستمع مستمعين"),
    "editors": roots_of("editor journalist محرر محررين صحفي صحفيين"),
    "technicians": roots_of("technician engineer mechanic فني فنيين مهندس مهندسين"),
    "households": roots_of("household أسر"),
    "analysts": roots_of("analyst محلل محللين"),
    "staff": roots_of("staff employee worker clerk موظف موظفين عامل عمال طاقم"),
    "managers": roots_of("manager owner مدير مدراء مديرين مالك"),
    "children": roots_of("child children kid أطفال طفل"),
    "artists": roots_of("artist musician singer photographer فنان فنانين مغني مصور"),
}
