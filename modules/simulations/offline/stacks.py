"""Technologies, tools and documentation by field: proper names, so the same in every language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from modules.simulations.domain import Field


class Kit(Struct, frozen=True):
    """Stacks to choose from, and the tools and pages that belong to all of them."""

    stacks: tuple[tuple[str, ...], ...]
    tools: tuple[str, ...]
    pages: tuple[tuple[str, str], ...]


KITS: Final[dict[Field, Kit]] = {
    "frontend": Kit(
        stacks=(
            ("TypeScript", "React", "Vite", "CSS Grid", "Vitest", "Playwright"),
            ("TypeScript", "Vue", "Vite", "Tailwind CSS", "Vitest", "Playwright"),
            ("TypeScript", "Svelte", "Vite", "CSS custom properties", "Vitest", "Playwright"),
        ),
        tools=("VS Code", "Git", "Lighthouse", "Figma", "axe DevTools"),
        pages=(
            (
                "MDN: Structuring content with HTML",
                "https://developer.mozilla.org/en-US/docs/Learn_web_development/Core/Structuring_content",
            ),
            ("WAI-ARIA Authoring Practices", "https://www.w3.org/WAI/ARIA/apg/"),
            ("web.dev: Learn Performance", "https://web.dev/learn/performance"),
        ),
    ),
    "mobile": Kit(
        stacks=(
            ("Flutter", "Dart", "Riverpod", "SQLite", "Firebase Cloud Messaging"),
            ("React Native", "TypeScript", "Expo", "SQLite", "Jest"),
            ("Kotlin", "Jetpack Compose", "Room", "WorkManager", "JUnit"),
        ),
        tools=("Android Studio", "Git", "Figma", "Postman", "Sentry"),
        pages=(
            ("Android: Guide to app architecture", "https://developer.android.com/topic/architecture"),
            ("W3C: Mobile accessibility", "https://www.w3.org/WAI/standards-guidelines/mobile/"),
            ("Material Design 3", "https://m3.material.io/"),
        ),
    ),
    "backend": Kit(
        stacks=(
            ("Python", "Litestar", "PostgreSQL", "SQLAlchemy", "pytest", "Docker"),
            ("Python", "FastAPI", "PostgreSQL", "Alembic", "pytest", "Docker"),
            ("TypeScript", "NestJS", "PostgreSQL", "Prisma", "Jest", "Docker"),
        ),
        tools=("Git", "Docker", "psql", "HTTPie", "k6"),
        pages=(
            ("PostgreSQL documentation", "https://www.postgresql.org/docs/current/"),
            ("RFC 9457: Problem Details for HTTP APIs", "https://www.rfc-editor.org/rfc/rfc9457"),
            ("OpenAPI Specification", "https://spec.openapis.org/oas/latest.html"),
        ),
    ),
    "fullstack": Kit(
        stacks=(
            ("TypeScript", "Next.js", "PostgreSQL", "Prisma", "Playwright", "Docker"),
            ("Python", "Django", "PostgreSQL", "htmx", "pytest", "Docker"),
            ("TypeScript", "React", "Node.js", "PostgreSQL", "Playwright", "Docker"),
        ),
        tools=("VS Code", "Git", "Docker", "Figma", "Postman"),
        pages=(
            ("MDN: HTTP", "https://developer.mozilla.org/en-US/docs/Web/HTTP"),
            ("PostgreSQL tutorial", "https://www.postgresql.org/docs/current/tutorial.html"),
            ("OWASP Cheat Sheet Series", "https://cheatsheetseries.owasp.org/"),
        ),
    ),
    "data": Kit(
        stacks=(
            ("Python", "PostgreSQL", "dbt", "Polars", "Metabase"),
            ("Python", "DuckDB", "pandas", "Great Expectations", "Apache Superset"),
            ("Python", "PostgreSQL", "Apache Airflow", "pandas", "Grafana"),
        ),
        tools=("Jupyter", "Git", "DBeaver", "Docker", "draw.io"),
        pages=(
            ("Hadley Wickham: Tidy data", "https://vita.had.co.nz/papers/tidy-data.html"),
            ("Modern SQL", "https://modern-sql.com/"),
            ("W3C: Data on the Web best practices", "https://www.w3.org/TR/dwbp/"),
        ),
    ),
    "design": Kit(
        stacks=(
            ("Figma", "Design tokens", "HTML prototypes", "Storybook"),
            ("Figma", "FigJam", "Design tokens", "CSS"),
            ("Penpot", "SVG", "Design tokens", "HTML prototypes"),
        ),
        tools=("Figma", "FigJam", "Maze", "Stark", "Notion"),
        pages=(
            ("WCAG 2.2 quick reference", "https://www.w3.org/WAI/WCAG22/quickref/"),
            ("GOV.UK Design System", "https://design-system.service.gov.uk/"),
            (
                "Nielsen Norman Group: Usability testing 101",
                "https://www.nngroup.com/articles/usability-testing-101/",
            ),
        ),
    ),
}

# One page for each capability: where its hard part is explained best, whatever it is built with.
PAGES: Final[dict[str, tuple[str, str]]] = {
    "orders": ("Baymard: Cart and checkout research", "https://baymard.com/research/checkout-usability"),
    "payments": ("Stripe: Idempotent requests", "https://docs.stripe.com/api/idempotent_requests"),
    "booking": ("W3C: Working with time and time zones", "https://www.w3.org/TR/timezone/"),
    "stock": (
        "Martin Fowler: Optimistic offline lock",
        "https://martinfowler.com/eaaCatalog/optimisticOfflineLock.html",
    ),
    "accounts": (
        "OWASP: Authentication cheat sheet",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
    ),
    "requests": ("GOV.UK: Structuring forms", "https://www.gov.uk/service-manual/design/form-structure"),
    "access": (
        "W3C: Introduction to web accessibility",
        "https://www.w3.org/WAI/fundamentals/accessibility-intro/",
    ),
    "languages": ("W3C Internationalization", "https://www.w3.org/International/"),
    "queue": ("NN/g: Response times", "https://www.nngroup.com/articles/response-times-3-important-limits/"),
    "notifications": ("NN/g: Mistakes in push notifications", "https://www.nngroup.com/articles/push-notification/"),
    "messages": ("RFC 6455: The WebSocket protocol", "https://www.rfc-editor.org/rfc/rfc6455"),
    "learning": ("xAPI specification", "https://github.com/adlnet/xAPI-Spec"),
    "content": ("W3C: Images tutorial", "https://www.w3.org/WAI/tutorials/images/"),
    "tracking": ("RFC 7946: The GeoJSON format", "https://www.rfc-editor.org/rfc/rfc7946"),
    "measurements": ("MQTT specification", "https://mqtt.org/mqtt-specification/"),
    "reports": ("From Data to Viz: Caveats", "https://www.data-to-viz.com/caveats.html"),
    "pipeline": ("RFC 4180: The CSV format", "https://www.rfc-editor.org/rfc/rfc4180"),
    "search": ("Stanford: Introduction to information retrieval", "https://nlp.stanford.edu/IR-book/"),
    "offline": ("Ink & Switch: Local-first software", "https://www.inkandswitch.com/essay/local-first/"),
    "migration": (
        "Martin Fowler: Strangler fig application",
        "https://martinfowler.com/bliki/StranglerFigApplication.html",
    ),
}

# What people call by name when they ask about technology, besides what our own stacks are made of.
_OTHERS: Final = """
    mongodb mysql redis angular java swift php laravel spring rust graphql firebase supabase aws azure bootstrap
    jquery express flask kafka rabbitmq kubernetes terraform tableau excel spark hadoop ruby rails webpack redux
    sass postgres sketch numpy
"""
_NAMES: Final = frozenset(_OTHERS.split()) | frozenset(
    tool.lower() for kit in KITS.values() for stack in kit.stacks for tool in stack
)


def tools_named(words: Iterable[str]) -> Iterable[str]:
    """The words that are names of technologies."""
    return (word for word in words if word.lower() in _NAMES)
