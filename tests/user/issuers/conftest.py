"""An issuer for every test that asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.user.issuers.issuer_server import IssuerServer, issuer_server


@pytest.fixture
async def issuer(anyio_backend: str) -> AsyncIterator[IssuerServer]:
    async with issuer_server() as server:
        yield server
