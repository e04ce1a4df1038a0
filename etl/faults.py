"""What disk, database and decoding have against a file, in one line for its owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import Error
from shapely.errors import ShapelyError

from etl.record import UnreadableFileError

_CROSSED = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


@contextmanager
def faults_in_one_line() -> Iterator[None]:
    """Faults that no check foresees end an import as a broken file does: nothing has changed, one line says why.

    Raises:
        UnreadableFileError: with what the system, or the database, said.
    """
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise UnreadableFileError(f"cannot be read: {error.strerror or error}{where}") from error
    except (NotImplementedError, ShapelyError) as error:
        # shapely says so of curves and other kinds of shape that it does not know.
        raise UnreadableFileError(f"a shape in it is of a kind that is not read: {error}") from error
    except UnicodeError as error:
        raise UnreadableFileError(f"a text in it cannot be read: {error}") from error
    except (Error, psycopg.Error) as error:
        if isinstance(error.__cause__ or error, _CROSSED):
            raise UnreadableFileError(
                "another import brought the same rows at the same moment; nothing has been changed, try again"
            ) from error
        said = str(error).strip().split("\n")[0]
        raise UnreadableFileError(f"the database refused it, and nothing has been changed: {said}") from error
