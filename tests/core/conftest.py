"""Fixtures of the core's tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.launching import Launcher, living, until


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder. Not tmp_path: pytest closes what is above it to the user that runs root's database."""
    place = Path(tempfile.mkdtemp(prefix="interna-test-"))
    yield place
    until(lambda: not living(str(place)))
    shutil.rmtree(place)


@pytest.fixture
def launch() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    launcher.close()
