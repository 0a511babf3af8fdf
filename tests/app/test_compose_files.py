"""compose.yml and the workflow: what they say, held against each other and against a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml  # type: ignore[import-untyped]

from scripts.compose import database_url

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "compose.yml"


def compose_file() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return document


def service() -> dict[str, Any]:
    described: dict[str, Any] = compose_file()["services"]["postgres"]
    return described


def workflow() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    return document


def default_image() -> str:
    image: str = service()["image"]
    assert image.startswith("${COMPOSE_POSTGRES_IMAGE:-")
    return image.removeprefix("${COMPOSE_POSTGRES_IMAGE:-").removesuffix("}")


def test_the_image_is_postgresql_18_with_pgvector_from_a_named_registry() -> None:
    assert default_image() == "docker.io/pgvector/pgvector:pg18"


def test_the_port_is_open_to_this_machine_only() -> None:
    assert service()["ports"] == ["127.0.0.1:5433:5432"]
    assert database_url(COMPOSE_FILE) == "postgresql://postgres:development-only@127.0.0.1:5433/postgres"


def test_the_data_live_in_a_named_volume_where_postgresql_18_keeps_them() -> None:
    assert service()["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in compose_file()["volumes"]


def test_the_health_check_asks_over_tcp() -> None:
    kind, command = service()["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert command.startswith("pg_isready --host=127.0.0.1 ")


def test_the_only_credentials_are_the_development_ones() -> None:
    assert service()["environment"] == {
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "development-only",
        "POSTGRES_DB": "interna",
    }
    assert set(compose_file()["services"]) == {"postgres"}


def test_the_workflow_tests_against_the_database_of_the_compose_file() -> None:
    job = workflow()["jobs"]["database"]
    database = job["services"]["postgres"]
    assert database["image"] == default_image()
    assert database["env"] == service()["environment"]
    assert [f"127.0.0.1:{port}" for port in database["ports"]] == service()["ports"]
    assert service()["healthcheck"]["test"][1] in database["options"]
    assert job["env"]["TEST_DATABASE_URL"] == database_url(COMPOSE_FILE)
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert job["steps"][-1]["run"] == "make test"


def test_the_workflow_runs_on_push_and_pull_request_and_does_what_ci_run_does() -> None:
    assert set(workflow()["on"]) == {"push", "pull_request"}
    assert [step["run"] for step in workflow()["jobs"]["ci"]["steps"] if "run" in step] == [".ci/run"]


def test_the_workflow_is_bounded_and_may_only_read() -> None:
    document = workflow()
    assert document["permissions"] == {"contents": "read"}
    assert document["concurrency"]["cancel-in-progress"] is True
    for job in document["jobs"].values():
        assert job["timeout-minutes"] <= 30
        assert "permissions" not in job
        for step in job["steps"]:
            assert "uses" not in step or step["uses"].rpartition("@v")[2].isdigit()


# The database that the container would be


def test_the_credentials_of_the_compose_file_open_a_postgresql_18(compose_database: str) -> None:
    with psycopg.connect(compose_database) as connection:
        row = connection.execute("select version()").fetchone()
        assert row is not None
        assert row[0].startswith("PostgreSQL 18.")
        assert connection.pgconn.used_password
    with psycopg.connect(compose_database, dbname=service()["environment"]["POSTGRES_DB"]) as connection:
        assert connection.info.dbname == "interna"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(compose_database, password="another")
