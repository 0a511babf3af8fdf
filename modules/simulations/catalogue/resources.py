"""Learning resources by track: pages that have been there for years and are kept up to date."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from modules.simulations.domain import Field

ResourceType = Literal["video", "article", "course", "doc"]


class ResourceSeed(Struct, frozen=True, kw_only=True):
    """A page, course or video for a track; its id is a slug."""

    id: str
    title: str
    description: str
    url: str
    type: ResourceType
    track: Field
    tags: list[str]


def _resource(
    slug: str, title: str, url: str, *, track: Field, kind: ResourceType, tags: list[str], description: str
) -> ResourceSeed:
    return ResourceSeed(id=slug, title=title, description=description, url=url, type=kind, track=track, tags=tags)


RESOURCES: Final[tuple[ResourceSeed, ...]] = (
    _resource(
        "mdn-learn-web-development",
        "MDN: Learn web development",
        "https://developer.mozilla.org/en-US/docs/Learn_web_development",
        track="frontend",
        kind="course",
        tags=["html", "css", "javascript"],
        description=(
            "The open curriculum of the web, from the first heading to accessible components. Begin "
            "here if HTML still feels like decoration."
        ),
    ),
    _resource(
        "web-dev-performance",
        "web.dev: Learn Performance",
        "https://web.dev/learn/performance",
        track="frontend",
        kind="course",
        tags=["performance", "images", "loading"],
        description=(
            "Why pages are slow and what to do about it, in an order that makes sense: measure, "
            "remove, delay, compress."
        ),
    ),
    _resource(
        "aria-authoring-practices",
        "WAI-ARIA Authoring Practices Guide",
        "https://www.w3.org/WAI/ARIA/apg/",
        track="frontend",
        kind="doc",
        tags=["accessibility", "keyboard", "components"],
        description=(
            "How menus, dialogs and tabs have to behave for keyboard and screen reader, with working "
            "examples to compare yours with."
        ),
    ),
    _resource(
        "postgresql-tutorial",
        "PostgreSQL: Tutorial",
        "https://www.postgresql.org/docs/current/tutorial.html",
        track="backend",
        kind="doc",
        tags=["sql", "postgresql", "transactions"],
        description=(
            "From the first table to transactions and window functions, by those who write the "
            "database. An evening well spent."
        ),
    ),
    _resource(
        "rfc-9457",
        "RFC 9457: Problem Details for HTTP APIs",
        "https://www.rfc-editor.org/rfc/rfc9457",
        track="backend",
        kind="doc",
        tags=["http", "api", "errors"],
        description=(
            "A short standard for error answers that both people and programs understand. Read the examples first."
        ),
    ),
    _resource(
        "use-the-index-luke",
        "Use The Index, Luke",
        "https://use-the-index-luke.com/",
        track="backend",
        kind="course",
        tags=["sql", "indexes", "performance"],
        description=(
            "What developers need to know about indexes, explained with pictures and query plans "
            "rather than with folklore."
        ),
    ),
    _resource(
        "full-stack-open",
        "Full Stack Open",
        "https://fullstackopen.com/en/",
        track="fullstack",
        kind="course",
        tags=["react", "node", "testing"],
        description=(
            "The University of Helsinki's course on modern web development: free, thorough, and full "
            "of exercises that resemble work."
        ),
    ),
    _resource(
        "owasp-cheat-sheets",
        "OWASP Cheat Sheet Series",
        "https://cheatsheetseries.owasp.org/",
        track="fullstack",
        kind="doc",
        tags=["security", "authentication", "sessions"],
        description=(
            "What to do and what to avoid, a page a subject: passwords, sessions, file uploads, cross-site requests."
        ),
    ),
    _resource(
        "twelve-factor-app",
        "The Twelve-Factor App",
        "https://12factor.net/",
        track="fullstack",
        kind="article",
        tags=["deployment", "configuration", "operations"],
        description=(
            "Twelve rules for software that others have to run. Older than most frameworks and still "
            "the shortest way to agree."
        ),
    ),
    _resource(
        "android-app-architecture",
        "Android: Guide to app architecture",
        "https://developer.android.com/topic/architecture",
        track="mobile",
        kind="doc",
        tags=["android", "state", "offline"],
        description=(
            "Where state lives, who owns it, and how an app stays correct when the system ends it in "
            "the middle of something."
        ),
    ),
    _resource(
        "flutter-codelabs",
        "Flutter: Codelabs",
        "https://docs.flutter.dev/codelabs",
        track="mobile",
        kind="course",
        tags=["flutter", "dart", "ui"],
        description=(
            "Guided exercises that end in something on your phone, from the first widget to adaptive layouts."
        ),
    ),
    _resource(
        "apple-human-interface-guidelines",
        "Apple: Human Interface Guidelines",
        "https://developer.apple.com/design/human-interface-guidelines",
        track="mobile",
        kind="doc",
        tags=["ios", "touch", "accessibility"],
        description=(
            "Why things on a phone are as large, as quiet and as forgiving as they are. Worth reading for Android too."
        ),
    ),
    _resource(
        "pandas-user-guide",
        "pandas: User Guide",
        "https://pandas.pydata.org/docs/user_guide/index.html",
        track="data",
        kind="doc",
        tags=["python", "tables", "cleaning"],
        description=(
            "Reading, reshaping, joining and grouping tables in Python, with the chapter on missing "
            "values nobody should skip."
        ),
    ),
    _resource(
        "dbt-data-tests",
        "dbt: Add data tests to your DAG",
        "https://docs.getdbt.com/docs/build/data-tests",
        track="data",
        kind="article",
        tags=["testing", "sql", "pipelines"],
        description="How to state what must be true of a table and be told on the morning it is not.",
    ),
    _resource(
        "but-what-is-a-neural-network",
        "3Blue1Brown: But what is a neural network?",
        "https://www.youtube.com/watch?v=aircAruvnKk",
        track="data",
        kind="video",
        tags=["machine-learning", "mathematics"],
        description=("Nineteen minutes that show what happens inside, without a formula that is not drawn first."),
    ),
    _resource(
        "laws-of-ux",
        "Laws of UX",
        "https://lawsofux.com/",
        track="design",
        kind="article",
        tags=["psychology", "interaction", "principles"],
        description=(
            "Small, sourced observations on how people perceive and decide. Good arguments for the next design review."
        ),
    ),
    _resource(
        "usability-testing-101",
        "Nielsen Norman Group: Usability Testing 101",
        "https://www.nngroup.com/articles/usability-testing-101/",
        track="design",
        kind="article",
        tags=["research", "testing", "interviews"],
        description=("Who to ask, what to say, when to keep silent, and why five participants are a good beginning."),
    ),
    _resource(
        "wcag-quick-reference",
        "W3C: How to Meet WCAG (Quick Reference)",
        "https://www.w3.org/WAI/WCAG22/quickref/",
        track="design",
        kind="doc",
        tags=["accessibility", "contrast", "standards"],
        description=(
            "The accessibility standard as a list you can filter by what you are working on, with "
            "techniques for each point."
        ),
    ),
)
