"""Twenty requests as people write them: long and short, careful and careless, in two languages and across them."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import (
    Brief,
    Language,
    TeamMode,
    client_difficulty,
    client_mood,
    project_difficulty,
)


def brief(
    title: str,
    context: str,
    *,
    level: int = 4,
    language: Language = "en",
    team_mode: TeamMode = "solo",
    seed: int = 7,
) -> Brief:
    return Brief(
        title=title,
        context=context,
        level=level,
        language=language,
        team_mode=team_mode,
        difficulty=project_difficulty(level),
        client_difficulty=client_difficulty(level),
        client_mood=client_mood(level, seed),
        seed=seed,
    )


def at(level: int, one: Brief, *, language: Language | None = None, seed: int | None = None) -> Brief:
    """The same request at another level, in another language or with another seed."""
    return brief(
        one.title,
        one.context,
        level=level,
        language=language or one.language,
        team_mode=one.team_mode,
        seed=one.seed if seed is None else seed,
    )


REQUESTS: Final[tuple[tuple[str, str, Language], ...]] = (
    (
        "Web shop for Brunner's bakery",
        "A family bakery wants customers to order bread and cakes online the evening before. Customers choose a pickup "
        "time, pay by card, and the bakers see at 3 a.m. what to bake. Sold-out loaves must disappear at once.",
        "en",
    ),
    (
        "Hospital queue app",
        "Patients in the emergency room wait for hours without knowing when it is their turn. The app shows the waiting "
        "time by triage level, nurses update it with two taps, and relatives get a text message when treatment begins.",
        "en",
    ),
    (
        "Shipment data pipeline",
        "Our logistics company receives CSV files from 40 carriers every night, each with its own columns. We need a "
        "pipeline that cleans them, finds duplicate shipments, loads a warehouse and reports late deliveries by route.",
        "en",
    ),
    (
        "Pocket Bank",
        "Mobile banking for people who were refused by other banks. Balance at a glance, transfers to friends, freezing "
        "the card when it is lost, and a warning before the account goes below zero.",
        "en",
    ),
    (
        "Museum kiosk",
        "A touch kiosk in the lobby of the maritime museum. Visitors browse ship models, listen to sailors' letters, and "
        "plan a route through the halls. Many are children or over seventy, and the lobby is loud and bright.",
        "en",
    ),
    (
        "Irrigation sensors",
        "Soil moisture sensors in an olive orchard send a reading every ten minutes over a weak radio link. The farmer "
        "wants to know which rows need water today, and an alert if a sensor falls silent.",
        "en",
    ),
    (
        "متجر إلكتروني لمخبز الحي",
        "يريد مخبز عائلي أن يطلب الزبائن الخبز والحلويات قبل يوم، ويختاروا وقت الاستلام، ويدفعوا بالبطاقة. يرى الخبازون "
        "قائمة الطلبات عند الفجر، وتختفي الأصناف التي نفدت فورا.",
        "ar",
    ),
    (
        "تطبيق مواعيد العيادة",
        "عيادة أسنان تستقبل المرضى بمواعيد مكتوبة على الورق. نحتاج إلى تطبيق جوال يحجز فيه المريض موعده، ويصله تذكير قبل "
        "الموعد بيوم، ويعرف الطبيب من سيحضر ومن ألغى.",
        "ar",
    ),
    (
        "لوحة مؤشرات للشحن",
        "شركة نقل تملك مئة شاحنة، وتصلها بيانات المواقع كل دقيقة. تريد الإدارة تقارير يومية عن التأخير والوقود، وتنبيهات "
        "عند خروج السائق عن المسار.",
        "ar",
    ),
    (
        "Library loans",
        "A town library lends books, games and tools. Members reserve items online, the desk scans barcodes, and late "
        "items trigger reminders. The old system from 1998 must be replaced without losing the loan history.",
        "ar",
    ),
    (
        "Volunteer matching",
        "An animal shelter looks for volunteers who walk dogs. People apply with a short form, staff approve them, and a "
        "calendar shows the free shifts of the week.",
        "ar",
    ),
    (
        "منصة دروس",
        "منصة يحجز فيها الطلاب دروسا خصوصية مع معلمين قريبين، ويقيّمون الدرس بعده، ويتابع الأهل تقدم أبنائهم والواجبات.",
        "en",
    ),
    ("Portfolio", "A portfolio site for a photographer.", "en"),
    ("Todo", "todo app", "en"),
    (
        "REST API: /v2/orders",
        "Replace `POST /orders` (see https://example.com/docs?id=3#orders) with an idempotent endpoint:\n"
        '```json\n{"sku": "A-1", "qty": 2}\n```\nDuplicate requests return the first answer; webhooks are signed (HMAC); '
        "rate limits: 100 req/min!! Suppliers authenticate with tokens & see only their own stock.",
        "en",
    ),
    (
        "Redesign",
        "Our podcast player loses listeners during sign up. We want a redesign: interviews with five listeners, wireframes, "
        "a clickable prototype in Figma, and a style guide with typography and colours that works in dark mode.",
        "en",
    ),
    (
        "Solar dashboard",
        "Families with solar panels do not know when to run the washing machine. The dashboard compares what the panels "
        "produce with what the house consumes, hour by hour, and suggests the cheapest moment. Data comes from a meter "
        "that sometimes repeats or skips readings. " * 6,
        "en",
    ),
    (
        "City complaints portal",
        "Citizens report broken street lights and potholes with a photo and a location. The municipality assigns each "
        "complaint to a crew, answers in Arabic and English, and publishes how long repairs take in every district.",
        "en",
    ),
    (
        "نادي",
        "تطبيق لنادي رياضي: اشتراكات الأعضاء، جدول التدريب، وحضور اللاعبين. API جاهز على https://club.example/api ويعيد JSON.",
        "ar",
    ),
    (
        "Choir rehearsals",
        "Forty singers, one conductor, no overview: who comes on Thursday, which scores they have at home, and what was "
        "sung last year. The conductor plans rehearsals on paper and would like to stop.",
        "en",
    ),
)

BRIEFS: Final = tuple(
    brief(title, context, language=language, level=1 + place % 8, seed=place * 13)
    for place, (title, context, language) in enumerate(REQUESTS)
)
