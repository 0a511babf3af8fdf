"""The catalogue: what is promised of predefined tasks and resources."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args
from urllib.parse import urlsplit

import msgspec

from modules.simulations.catalogue import RESOURCES, SHOWCASE, TASKS, ResourceSeed, TaskSeed
from modules.simulations.domain import Field, client_difficulty, client_mood, project_difficulty
from modules.simulations.offline import write_simulation

NAMED = {
    "landing-page": "frontend",
    "rest-api": "backend",
    "mobile-redesign": "design",
    "dashboard-analytics": "data",
    "database-schema": "backend",
    "portfolio-site": "frontend",
    "auth-flow": "fullstack",
    "data-pipeline": "data",
    "legacy-migration": "fullstack",
    "mobile-auth-ui": "mobile",
}


def test_every_field_has_two_tasks_and_two_resources() -> None:
    tasks, resources = Counter(task.field for task in TASKS), Counter(each.track for each in RESOURCES)
    for field in get_args(Field):
        assert tasks[field] >= 2, field
        assert resources[field] >= 2, field


def test_the_tasks_that_consumers_know_by_name_are_there_in_their_field() -> None:
    found = {task.id: task.field for task in TASKS}
    assert {slug: found.get(slug) for slug in NAMED} == NAMED


def test_slugs_are_unique_and_fit_a_url() -> None:
    for seeds in (TASKS, RESOURCES):
        slugs = [seed.id for seed in seeds]
        assert len(set(slugs)) == len(slugs)
        assert all(re.fullmatch(r"[a-z0-9-]{1,100}", slug) for slug in slugs)


def test_a_task_s_difficulty_and_mood_are_those_of_its_level() -> None:
    for task in TASKS:
        assert task.difficulty == project_difficulty(task.level)
        assert task.client_difficulty == client_difficulty(task.level)
        assert task.client_mood in {client_mood(task.level, seed) for seed in range(12)}


def test_tasks_climb_the_whole_ladder() -> None:
    assert {task.level for task in TASKS} == set(range(1, 9))


def test_descriptions_are_long_enough_to_interest_and_short_enough_to_read() -> None:
    for task in TASKS:
        assert 60 <= len(task.description.split()) <= 120, f"{task.id}: {len(task.description.split())}"
    for resource in RESOURCES:
        assert 8 <= len(resource.description.split()) <= 40, resource.id


def test_resources_lead_to_pages_over_https() -> None:
    urls = [resource.url for resource in RESOURCES]
    assert len(set(urls)) == len(urls)
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme == "https", url
        assert "." in parts.netloc, url


def test_seeds_keep_their_shape() -> None:
    for task in TASKS:
        assert msgspec.convert(msgspec.to_builtins(task), TaskSeed) == task
    for resource in RESOURCES:
        assert msgspec.convert(msgspec.to_builtins(resource), ResourceSeed) == resource


def test_the_showcase_becomes_a_simulation_about_its_own_request() -> None:
    draft = write_simulation(SHOWCASE)
    assert draft.domain == "Food and hospitality"
    assert any("pay by card" in text for text in draft.functional_requirements)
    assert SHOWCASE.difficulty == project_difficulty(SHOWCASE.level)
    assert SHOWCASE.client_mood == client_mood(SHOWCASE.level, SHOWCASE.seed)
