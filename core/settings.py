"""Everything that the environment decides, read once and checked at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

DEVELOPMENT_SECRET: Final = "development-only-secret-key-0123456789abcdef"

AppEnv = Literal["development", "test", "production"]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]


_OAUTH: Final = re.compile(r"OAUTH_([A-Z0-9]+(?:_[A-Z0-9]+)*)_(CLIENT_ID|CLIENT_SECRET|ISSUER)")
_OWN_SECRETS: Final = frozenset({"SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"})
_KNOWN_ISSUERS: Final = {"github": "https://github.com", "google": "https://accounts.google.com"}


class SettingsError(Exception):
    """A variable has a value that Interna cannot run with. The text is one line for the operator."""


class OAuthClient(msgspec.Struct, frozen=True):
    """What a provider knows us by; `issuer` is where its discovery document is (of GitHub, where GitHub is)."""

    client_id: str
    client_secret: str
    issuer: str

    def __repr__(self) -> str:
        return f"OAuthClient({self.client_id!r}, issuer={self.issuer!r})"


class NamedSecrets:
    """Secrets whose variables are named in the database, such as the HS256 key of a trusted issuer."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def get(self, name: str) -> str | None:
        """The value of the variable `name`, which names a secret or a key; the application's own is nobody else's."""
        if name in _OWN_SECRETS or re.search("SECRET|KEY", name) is None:
            return None
        return self._environ.get(name) or None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field a variable: `db_pool_size` is `DB_POOL_SIZE`. An empty variable counts as unset."""

    app_env: AppEnv = "development"
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    public_url: str | None = None
    cors_origins: str = ""
    trusted_proxies: str = ""

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
    oauth: dict[str, OAuthClient] = {}

    smtp_url: str | None = None
    mail_from: str = "Interna <no-reply@localhost>"
    storage_url: str | None = None

    llm_base_url: str | None = None
    llm_api_key: str = ""
    llm_model: str = "gpt-4.1-mini"
    llm_first_byte_seconds: Seconds = 30
    llm_idle_seconds: Seconds = 30
    llm_total_seconds: Seconds = 240
    llm_context_tokens: Annotated[int, Meta(ge=4096, le=10_000_000)] = 32_000

    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    usage_retention_months: Annotated[int, Meta(ge=3, le=1200)] | None = None

    db_compose_engine: str = "podman"
    db_compose_file: Path = Path("compose.yml")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def origin(self) -> str:
        """Where clients reach us, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins of CORS_ORIGINS, as browsers send them."""
        return frozenset(_words(self.cors_origins))

    @property
    def stripe_webhook_secrets(self) -> tuple[str, ...]:
        """The secrets of STRIPE_WEBHOOK_SECRET: two while one takes the other's place."""
        return tuple(_words(self.stripe_webhook_secret))

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of TRUSTED_PROXIES; raises ValueError."""
        return tuple(ip_network(word) for word in _words(self.trusted_proxies))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if not _is_secret(name))
        return f"Settings({shown})"


_VARIABLES: Final = tuple(name for name in Settings.__struct_fields__ if name != "oauth")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from a mapping of variables; raises `SettingsError` naming the first variable that is wrong."""
    given = {name: value for name in _VARIABLES if (value := environ.get(name.upper(), "").strip())}
    if (level := given.get("log_level", "")).lower() in ("debug", "info", "warning", "error"):
        given["log_level"] = level.lower()
    if given.get("app_env") == "production":
        given.setdefault("db_driver", "postgres")
        given.setdefault("log_format", "json")
    known: dict[str, object] = {**given, "oauth": _oauth_clients(environ)}
    try:
        settings = msgspec.convert(known, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        raise SettingsError(_one_line(error, given)) from None
    _check_together(settings)
    return settings


def _oauth_clients(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`OAUTH_MY_IDP_CLIENT_ID` and its sisters make the provider `my-idp`."""
    found: dict[str, dict[str, str]] = {}
    for variable, value in environ.items():
        if (match := _OAUTH.fullmatch(variable)) and value.strip():
            found.setdefault(match[1], {})[match[2].lower()] = value.strip()
    clients: dict[str, dict[str, str]] = {}
    for prefix, parts in sorted(found.items()):
        name = prefix.lower().replace("_", "-")
        parts.setdefault("issuer", _KNOWN_ISSUERS.get(name, ""))
        missing = next((part for part in OAuthClient.__struct_fields__ if not parts.get(part)), None)
        if missing:
            raise SettingsError(f"OAUTH_{prefix}_{missing.upper()}: must be set with the others of this provider")
        parts["issuer"] = parts["issuer"].rstrip("/")
        clients[name] = parts
    return clients


def _words(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


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
    _check_edges(settings)
    if settings.production:
        if settings.secret_key == DEVELOPMENT_SECRET:
            raise SettingsError("SECRET_KEY: the development default is refused in production")
        if settings.db_driver == "embedded":
            raise SettingsError("DB_DRIVER: the embedded server is for development; production needs postgres")


def _check_edges(settings: Settings) -> None:
    """What faces the outside: our address, the browsers' origins, the proxies, the providers."""
    web = {"PUBLIC_URL": settings.public_url, "LLM_BASE_URL": settings.llm_base_url}
    web |= {f"OAUTH_{name.upper().replace('-', '_')}_ISSUER": client.issuer for name, client in settings.oauth.items()}
    for variable, url in web.items():
        if url is not None and not (re.match(r"https?://", url) and urlsplit(url).netloc):
            raise SettingsError(f"{variable}: must start with http:// or https://")
    for name, client in settings.oauth.items():
        parts = urlsplit(client.issuer)
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise SettingsError(f"OAUTH_{name.upper().replace('-', '_')}_ISSUER: must start with https://")
    if settings.stripe_secret_key and not settings.stripe_secret_key.startswith(("sk_", "rk_")):
        raise SettingsError("STRIPE_SECRET_KEY: must be a secret or restricted key: sk_... or rk_...")
    if not all(secret.startswith("whsec_") for secret in settings.stripe_webhook_secrets):
        raise SettingsError("STRIPE_WEBHOOK_SECRET: each is a signing secret, whsec_..., with commas between")
    for origin in settings.allowed_origins:
        if not re.fullmatch(r"https?://[^/\s*]+", origin):
            raise SettingsError(f"CORS_ORIGINS: an origin is https://host or https://host:port (it is {origin!r})")
    try:
        _ = settings.trusted_networks
    except ValueError as error:
        raise SettingsError(f"TRUSTED_PROXIES: addresses or networks, with commas: {error}") from None
