"""What every route handler needs to say: that a value comes from the request's child container."""

from __future__ import annotations

from litestar.di import NamedDependency as Injected

__all__ = ["Injected"]
