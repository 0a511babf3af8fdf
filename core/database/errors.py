"""The driver's errors in the domain's words: nothing above the data access ever sees psycopg's."""

from __future__ import annotations

from typing import Final

import psycopg
import psycopg_pool
from psycopg import errors as pg

from core.errors import Conflict, Denied, InternaError, Invalid, TimedOut, Unavailable


class DatabaseUnavailable(Unavailable):
    """The database does not answer at the moment."""


class OutcomeUnknown(Unavailable):
    """The connection broke during the commit; look before you repeat the request."""

    retry_after = None  # nobody should be asked to repeat what may have happened


class Contended(Unavailable):
    """Others were changing the same rows; try again."""

    retry_after = 1


class QueryTimedOut(TimedOut):
    """The database took too long."""


class AlreadyThere(Conflict):
    """This is there already."""

    def __init__(self, constraint: str | None) -> None:
        super().__init__()
        self.constraint = constraint


class StillReferred(Conflict):
    """Something else refers to this, or what it refers to is gone."""


class RowDenied(Denied):
    """The row is not yours to write."""


class BadValue(Invalid):
    """A value is not one that the database can hold.

    Where a rule of the database refused it, `constraint` is its name and `told` what it says besides.
    """

    def __init__(self, constraint: str | None = None, told: str | None = None) -> None:
        super().__init__()
        self.constraint = constraint
        self.told = told


_KINDS: Final[tuple[tuple[tuple[type[Exception], ...], type[InternaError]], ...]] = (
    ((pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable), Contended),
    ((pg.QueryCanceled,), QueryTimedOut),
    ((pg.ForeignKeyViolation, pg.RestrictViolation), StillReferred),
    ((pg.InsufficientPrivilege,), RowDenied),
    ((psycopg.DataError, pg.NotNullViolation, UnicodeEncodeError), BadValue),
    ((psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, psycopg_pool.TooManyRequests), DatabaseUnavailable),
    ((psycopg.OperationalError, psycopg.InterfaceError, pg.IdleInTransactionSessionTimeout), DatabaseUnavailable),
)


def translate(error: Exception) -> InternaError | None:
    """The domain's error for a driver's, or None where it is a bug that should be seen as one."""
    if isinstance(error, pg.UniqueViolation):
        return AlreadyThere(error.diag.constraint_name)
    if isinstance(error, pg.CheckViolation) and error.diag.table_name and not error.diag.constraint_name:
        return Contended()  # a partition was attached after the row had been sent to the default one
    if isinstance(error, pg.CheckViolation):
        return BadValue(error.diag.constraint_name, error.diag.message_detail)
    return next((kind() for causes, kind in _KINDS if isinstance(error, causes)), None)


DRIVER_ERRORS: Final = (psycopg.Error, UnicodeEncodeError)
