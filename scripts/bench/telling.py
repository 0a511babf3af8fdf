"""Whether the time of an answer tells that an address has an account: log-in and password reset, known and unknown."""

from __future__ import annotations

import http.client
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Final

import msgspec
import psycopg

from scripts.bench.report import Goal, Section
from scripts.bench.stage import SECRET_KEY, BenchError, free_port, running, stage

_LIMIT_MS: Final = 2.0
_KNOWN, _UNKNOWN = "bob@example.com", "nobody@example.com"


class Plan(msgspec.Struct, frozen=True):
    """How often each address is asked about."""

    rounds: int = 150


class Question(msgspec.Struct, frozen=True):
    """What somebody asks who wants to know whether an address has an account."""

    name: str
    path: str
    status: int
    body: dict[str, str]


_QUESTIONS: Final = (
    Question("log-in with a wrong password", "/api/v1/auth/login", 401, {"password": "no such password at all"}),
    Question("password reset", "/api/v1/auth/password-reset", 202, {}),
)


def measure(folder: Path, plan: Plan) -> Section:
    port = free_port()
    with stage(folder / "telling") as scene:
        variables = {
            "APP_ENV": "production",
            "SECRET_KEY": SECRET_KEY,
            "DB_DRIVER": "postgres",
            "DATABASE_URL": scene.url,
            "DATA_DIR": str(folder / "telling-data"),
            "PORT": str(port),
        }
        command = [sys.executable, "-m", "app", "serve"]
        with (
            running(command, port, folder / "telling.log", ready="/health/ready", variables=variables),
            psycopg.connect(scene.owner, autocommit=True) as owner,
        ):
            measured = [(question, _ask(question, port, owner, plan.rounds)) for question in _QUESTIONS]
    return Section(
        name="telling",
        title="what the time of an answer tells",
        columns=["question", "times each", "known address, median ms", "unknown, median ms", "difference ms"],
        rows=[
            [question.name, str(plan.rounds), f"{known:.2f}", f"{unknown:.2f}", f"{abs(known - unknown):.2f}"]
            for question, (known, unknown) in measured
        ],
        goals=[
            Goal(
                f"{question.name}: {_LIMIT_MS:g} ms or less",
                f"{abs(known - unknown):.2f} ms",
                abs(known - unknown) <= 2,
            )
            for question, (known, unknown) in measured
        ],
        notes=["Asked in random order on one connection; the counts of attempts are emptied before each question."],
    )


def _ask(question: Question, port: int, owner: psycopg.Connection, rounds: int) -> tuple[float, float]:
    """Medians in milliseconds for the known and the unknown address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    times: dict[str, list[float]] = {_KNOWN: [], _UNKNOWN: []}
    order = [_KNOWN, _UNKNOWN] * (rounds + 3)
    random.shuffle(order)
    for email in order:
        owner.execute("DELETE FROM users.attempts")
        body = msgspec.json.encode({"email": email, **question.body})
        started = time.perf_counter()
        connection.request("POST", question.path, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        times[email].append((time.perf_counter() - started) * 1000)
        if answer.status != question.status:
            raise BenchError(f"{question.name} answered {answer.status} instead of {question.status}")
    connection.close()
    return statistics.median(times[_KNOWN][3:]), statistics.median(times[_UNKNOWN][3:])
