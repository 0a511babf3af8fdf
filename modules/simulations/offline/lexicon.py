"""Words that mean the same to whoever compares a work with what was asked, in both languages.

Criteria are sentences and work is mostly identifiers, often English ones under an Arabic rubric; so words are compared
by what they stand for. Each line below is one meaning, named by its first word. Nothing here translates a text.
"""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.letters import is_arabic
from modules.simulations.offline.terms import fold, is_content, roots_of, stem

_MEANINGS: Final = """
test assert expect spec اختبار اختبارات يختبر تختبر
refuse reject deny decline invalid forbidden unauthorized رفض يرفض ترفض مرفوض مرفوضة الرفض
error exception fail failure fault raise throw catch except خطأ أخطاء إخفاق عطل أعطال الأعطال يفشل
validate valid validation check verify sanitize required تحقق التحقق يتحقق صحيح صالح صالحة فحص
twice double duplicate repeat repeated retry retries idempotent idempotency مرتين مكرر مكررة تكرار إعادة إعادات مزدوجة
order orders طلب طلبات الطلبات
pay payment charge card دفع دفعة الدفعة مدفوعات بطاقة خصم
refund reversal استرداد
price amount total cost cent سعر سعره مبلغ المبلغ المجموع ثمن
basket cart سلة السلة
item product article صنف أصناف منتج قطعة
stock inventory shelf مخزون جرد الكمية
book booking reserve reservation appointment slot حجز حجوزات موعد مواعيد
cancel withdraw إلغاء إلغاؤه يلغي
queue wait waiting turn طابور انتظار دور
user account member person مستخدم مستخدمون المستخدمين حساب شخص
login signin auth authenticate authentication session دخول مصادقة جلسة
password hash secret سر كلمة مرور
permission role access allowed authorize صلاحية صلاحيات دور يحق إذن
customer client buyer زبون زبائن عميل
notify notification alert message remind reminder إشعار إشعارات تنبيه تنبيهات رسالة رسائل تذكير
email mail sms بريد
search find filter query بحث تصفية استعلام
table row record entry جدول جداول صف صفوف سجل سجلات قيد
column field حقل حقول عمود أعمدة
schema model entity diagram مخطط نموذج كيانات كيان
key unique identifier مفتاح مفاتيح بمفاتيحها فريد معرف
constraint rule limit قيد قيود قاعدة قواعد حد
database postgres sql sqlite قاعدة
migration migrate rollback ترحيل ترحيلات يرحل
transaction atomic lock concurrent concurrency race simultaneous قفل تزامن تسابق معا
endpoint route path url api مسار مسارات واجهة
contract openapi specification عقد العقد وصف
request call invoke نداء نداءات استدعاء
response answer reply return جواب أجوبة رد
status state phase حالة حالات بحالات
server service backend خادم خدمة
page screen view صفحة صفحات شاشة شاشات
component widget element مكون مكونات عنصر
form input entry type typed نموذج استمارة مدخل مدخلات إدخال
button click tap press touch زر نقرة لمس نقر
link navigation menu route رابط روابط تنقل
image picture photo screenshot صورة صور لقطات
text copy wording caption label title heading نص نصوص عنوان عناوين تسمية
keyboard focus tabindex لوحة مفاتيح
reader accessible accessibility aria alt contrast قارئ إتاحة تباين بديل
phone mobile handset device viewport responsive هاتف جوال جهاز أجهزة
colour color palette theme لون ألوان
font typography type خط خطوط
prototype wireframe mockup sketch نموذج أولي مخطط رسم
interview observation observe watch listen usability مقابلة مقابلات ملاحظة
journey flow path step رحلة رحلات خطوة خطوات
load loading slow performance speed fast latency measure تحميل بطء أداء سرعة قياس يقاس مقيسة
empty blank none فارغ فارغة
deploy deployment publish release build نشر منشورة إصدار
readme documentation document guide manual note notes handover دليل وثيقة مذكرة ملاحظات تسليم
log trace history audit أثر سجل تتبع
backup restore recover نسخة استعادة
offline sync cache connection network اتصال مزامنة شبكة
sensor measurement reading meter حساس مستشعر قراءة قراءات عداد قياسات
time date hour day clock zone utc timestamp وقت أوقات تاريخ ساعة يوم توقيت
report chart dashboard figure metric number تقرير تقارير لوحة رسم أرقام مؤشر
file csv import export upload download ملف ملفات استيراد تصدير
clean duplicate dedupe normalise normalize تنظيف
missing absent lost null ناقص ناقصة مفقود ضائع
reason why because explain explained explanation سبب أسباب لماذا يشرح شرح
open question ask unclear assume assumption مفتوح سؤال أسئلة يسأل فرضية
risk danger hazard خطر مخاطر
list inventory enumerate قائمة قوائم
example sample case trial مثال أمثلة حالة
plan schedule milestone خطة مراحل مرحلة
decision decide chosen choose قرار قرارات
language translate translation locale ترجمة لغة لغات
lesson course exercise quiz درس دروس دورة تمرين
grade mark score علامة علامات درجة
child children kid طفل أطفال
old legacy previous قديم قديمة
new create insert add جديد جديدة إنشاء إضافة
delete remove drop حذف يحذف إزالة
update change edit modify correct correction تعديل تغيير تصحيح يغير
save store keep persist حفظ يحفظ تخزين
show display render shown visible عرض يعرض يظهر تظهر
hide hidden secret إخفاء
count quantity number عدد
zero negative below صفر
"""
# What a criterion says of every work, whatever it is about.
_OF_ANY_WORK: Final = frozenset(
    fold(word)
    for word in (
        "handed complete work works project part finished clearly really evidence sentence shown result aim followed "
        "مسلم مسلَّم مكتمل ومكتمل العمل المشروع جزء النتيجة الغاية متابعة"
    ).split()
)
_LONGEST: Final = 6
_ENDINGS: Final = ("ation", "ition", "ment", "able", "ance", "ion", "al", "or", "er")
# One letter that Arabic writes onto a word: 'with', 'for', 'as', 'so', 'and'.
_PARTICLES: Final = "بلكفو"


def _by_root() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _MEANINGS.strip().splitlines():
        for word in line.split():
            for root in roots_of(word):
                found.setdefault(root, f"={line.split()[0]}")
    return found


_ROOTS: Final = _by_root()


def _derived(root: str) -> str | None:
    """The meaning of 'refusal' is that of 'refuse', and 'cancelled' has one letter more than 'cancel'."""
    if len(root) > len("abc") and root[-1] == root[-2]:
        root = root[:-1]
    bare = next((root.removesuffix(ending) for ending in _ENDINGS if root.endswith(ending)), root)
    return (_ROOTS.get(bare) or _ROOTS.get(f"{bare}e")) if len(bare) > len("ab") else None


def meaning_of(word: str) -> str | None:
    """What a word stands for: a meaning that is listed, else its stem; none for one that says nothing by itself."""
    if not is_content(word) or fold(word) in _OF_ANY_WORK:
        return None
    root = stem(word)
    if root in _ROOTS:
        return _ROOTS[root]
    if not is_arabic(root[0]):
        return _derived(root) or root.removesuffix("y")[:_LONGEST].removesuffix("i")
    bare = root.removesuffix("ا")
    return _ROOTS.get(bare) or (_ROOTS.get(stem(bare[1:])) if bare[0] in _PARTICLES else None) or root
