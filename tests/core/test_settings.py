"""Settings: read once, refused in one line that names the variable and keeps its secrets."""

from __future__ import annotations

import pytest

from core.settings import DEVELOPMENT_SECRET, Settings, SettingsError, load_settings

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "k" * 32,
    "DATABASE_URL": "postgresql://interna_app:hush@db/interna",
}


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings(environ)
    return str(raised.value)


def test_nothing_needs_to_be_set_in_development() -> None:
    settings = load_settings({})
    assert (settings.app_env, settings.db_driver, settings.production) == ("development", "embedded", False)


def test_variables_that_are_none_of_ours_are_left_alone() -> None:
    assert load_settings({"PATH": "/bin", "app_env": "production", "DB_POOL": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("WORKERS", "0"),
        ("DB_DRIVER", "mysql"),
        ("DB_POOL_SIZE", "-1"),
        ("DB_POOL_SIZE", "1e9"),
        ("DB_POOL_IDLE_SECONDS", "soon"),
        ("DB_POOL_IDLE_SECONDS", "nan"),
        ("DB_POOL_IDLE_SECONDS", "inf"),
        ("DB_CONNECT_TIMEOUT_SECONDS", "0"),
        ("SLOW_QUERY_MS", "fast"),
        ("SESSION_TTL_HOURS", "0"),
        ("SECRET_KEY", "too short"),
        ("DATABASE_URL", "mysql://db"),
        ("DATABASE_OWNER_URL", "db:5432"),
        ("DATABASE_ADMIN_URL", "http://db"),
        ("TEST_DATABASE_URL", "sqlite://"),
        ("LLM_BASE_URL", "ftp://model"),
        ("LLM_TOTAL_SECONDS", "-5"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("HOST", "not a host"),
    ],
)
def test_a_bad_value_is_one_line_that_begins_with_its_name(name: str, value: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "$" not in line


def test_a_bad_value_is_shown_as_it_was_written() -> None:
    assert "'LOUD'" in refusal(LOG_LEVEL="LOUD")
    assert "'eighty'" in refusal(PORT="eighty")


def test_the_first_of_several_bad_values_is_enough() -> None:
    assert refusal(PORT="x", LOG_LEVEL="y").count(":") == 1


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "TEST_DATABASE_URL", "LLM_BASE_URL"],
)
def test_a_secret_is_never_in_the_line(name: str) -> None:
    assert "hush" not in refusal(**{name: "http//u:hush@x"})


def test_the_key_of_a_model_may_be_anything() -> None:
    assert load_settings({"LLM_API_KEY": "hush"}).llm_api_key == "hush"


def test_settings_do_not_print_their_secrets() -> None:
    settings = load_settings(
        {"SECRET_KEY": "hush" * 8, "LLM_API_KEY": "hush", "DATABASE_URL": "postgresql://u:hush@h/d"}
    )
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_counts_as_unset(value: str) -> None:
    assert (
        load_settings(dict.fromkeys(("PORT", "SECRET_KEY", "DATABASE_URL", "LOG_LEVEL", "DATA_DIR"), value))
        == Settings()
    )


def test_spaces_around_a_value_do_not_matter() -> None:
    assert load_settings({"PORT": " 81 "}).port == 81


@pytest.mark.parametrize("value", ["WARNING", "warning", "Warning"])
def test_the_log_level_is_read_in_any_case(value: str) -> None:
    assert load_settings({"LOG_LEVEL": value}).log_level == "warning"


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d"])
def test_both_schemes_of_a_postgres_url_are_taken(url: str) -> None:
    assert load_settings({"DATABASE_URL": url}).database_url == url


def test_postgres_needs_to_be_told_where_it_is() -> None:
    assert refusal(DB_DRIVER="postgres").startswith("DATABASE_URL: must be set")


def test_production_takes_what_it_needs() -> None:
    settings = load_settings(PRODUCTION)
    assert (settings.production, settings.db_driver, settings.log_format) == (True, "postgres", "json")


def test_production_refuses_the_development_secret() -> None:
    assert refusal(**{**PRODUCTION, "SECRET_KEY": ""}).startswith("SECRET_KEY: ")
    assert refusal(**{**PRODUCTION, "SECRET_KEY": DEVELOPMENT_SECRET}).startswith("SECRET_KEY: ")


def test_production_refuses_the_embedded_server() -> None:
    assert refusal(**PRODUCTION, DB_DRIVER="embedded").startswith("DB_DRIVER: ")


def test_production_refuses_to_start_without_a_database() -> None:
    assert refusal(**{**PRODUCTION, "DATABASE_URL": ""}).startswith("DATABASE_URL: ")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load_settings({}).port = 1  # type: ignore[misc]
