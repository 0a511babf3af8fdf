"""Everything that the environment decides, read once and checked at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

DEVELOPMENT_SECRET: Final = "development-only-secret-key-0123456789abcdef"

AppEnv = Literal["development", "test", "production"]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]


class SettingsError(Exception):
    """A variable has a value that Interna cannot run with. The text is one line for the operator."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field a variable: `db_pool_size` is `DB_POOL_SIZE`. An empty variable counts as unset."""

    app_env: AppEnv = "development"
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1

    db_driver: Literal["embedded", "postgres"] = "embedded"
    database_url: str | None = None
    database_owner_url: str | None = None
    database_admin_url: str | None = None
    test_database_url: str | None = None
    db_pool_size: Annotated[int, Meta(ge=1, le=500)] = 20
    db_pool_idle_seconds: Seconds = 30
    db_connect_timeout_seconds: Seconds = 10
    slow_query_ms: Annotated[int, Meta(ge=1, le=3_600_000)] = 100
    data_dir: Path = Path(".data")

    secret_key: Annotated[str, Meta(min_length=32)] = DEVELOPMENT_SECRET
    session_ttl_hours: Annotated[int, Meta(ge=1, le=8760)] = 720

    llm_base_url: str | None = None
    llm_api_key: str = ""
    llm_model: str = "gpt-4.1-mini"
    llm_first_byte_seconds: Seconds = 30
    llm_idle_seconds: Seconds = 30
    llm_total_seconds: Seconds = 240

    db_compose_engine: str = "podman"
    db_compose_file: Path = Path("compose.yml")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if not _is_secret(name))
        return f"Settings({shown})"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from a mapping of variables; raises `SettingsError` naming the first variable that is wrong."""
    given = {name: value for name in Settings.__struct_fields__ if (value := environ.get(name.upper(), "").strip())}
    if (level := given.get("log_level", "")).lower() in ("debug", "info", "warning", "error"):
        given["log_level"] = level.lower()
    if given.get("app_env") == "production":
        given.setdefault("db_driver", "postgres")
        given.setdefault("log_format", "json")
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        raise SettingsError(_one_line(error, given)) from None
    _check_together(settings)
    return settings


def _one_line(error: msgspec.ValidationError, given: Mapping[str, str]) -> str:
    text, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`")
    shown = "" if _is_secret(name) else f" (it is {given.get(name)!r})"
    return f"{name.upper()}: {text[0].lower()}{text[1:]}{shown}"


def _is_secret(name: str) -> bool:
    """Keys, and URLs because they may carry a password."""
    return any(part in name for part in ("secret", "key", "url"))


def _check_together(settings: Settings) -> None:
    if re.search(r"[\s/]", settings.host):
        raise SettingsError(f"HOST: must be a host's name or address (it is {settings.host!r})")
    if settings.db_driver == "postgres" and not settings.database_url:
        raise SettingsError("DATABASE_URL: must be set when DB_DRIVER is postgres")
    for name in ("database_url", "database_owner_url", "database_admin_url", "test_database_url"):
        url = getattr(settings, name)
        if url is not None and not re.match(r"postgres(ql)?://", url):
            raise SettingsError(f"{name.upper()}: must start with postgresql://")
    if settings.llm_base_url is not None and not re.match(r"https?://", settings.llm_base_url):
        raise SettingsError("LLM_BASE_URL: must start with http:// or https://")
    if settings.production:
        if settings.secret_key == DEVELOPMENT_SECRET:
            raise SettingsError("SECRET_KEY: the development default is refused in production")
        if settings.db_driver == "embedded":
            raise SettingsError("DB_DRIVER: the embedded server is for development; production needs postgres")
