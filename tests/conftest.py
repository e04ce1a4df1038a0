"""What all tests share: the real files, and a database whose commits are real."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import override_settings, setup_databases, teardown_databases
from whitenoise.middleware import WhiteNoiseMiddleware

from layers import registry
from tests.running import RunningCity, running_city

CHECKOUT = Path(__file__).resolve().parent.parent

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")


def pytest_collection() -> None:
    """Tests know the declared layers alone, and need no database for that; those of added layers begin to ask."""
    registry.consult(lambda is_exact: registry.Added())


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files (GIS_REAL_DATA, default ../shared/data); a plain clone has none."""
    folder = Path(os.environ.get("GIS_REAL_DATA") or CHECKOUT.parent / "shared" / "data")
    if not (folder / "mitaka").is_dir():
        pytest.skip(f"the real files are not here: {folder} (set GIS_REAL_DATA)")
    return folder.resolve()


@pytest.fixture(scope="session", autouse=True)
def rasters_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests store rasters in a folder of their own: what no row knows is swept away, and theirs knows few."""
    with override_settings(RASTER_STORE=tmp_path_factory.mktemp("rasters")):
        yield


@pytest.fixture(scope="session", autouse=True)
def tiles_are_looked_after() -> Iterator[None]:
    """Tests ask at once after a change, and want it in the answer: the log is looked at with each request."""
    with override_settings(TILE_LOOK_SECONDS=0):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_once() -> Iterator[None]:
    """Every test client makes the middleware anew, and WhiteNoise would look at every static file each time."""
    scan = WhiteNoiseMiddleware.add_files_from_finders
    known: dict[str, dict[str, object]] = {}

    def add_what_is_known(middleware: WhiteNoiseMiddleware) -> None:
        places = repr((settings.STATIC_ROOT, settings.STATICFILES_DIRS, settings.STORAGES, middleware.static_prefix))
        if places not in known:
            before = set(middleware.files)
            scan(middleware)
            known[places] = {url: file for url, file in middleware.files.items() if url not in before}
        middleware.files.update(known[places])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_what_is_known)
        yield


@pytest.fixture(scope="session", autouse=True)
def tiles_counted_when_asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No thread in the background writes to the database what was counted; tests that look at it write it down."""
    with override_settings(TILE_FLUSH_S=0, MEASURES=tmp_path_factory.mktemp("measures")):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """A test database, always, and for each worker its own.

    pytest-django's own fixture makes none where no test bears its mark. The tests that take `committed` bear none,
    and would empty the database that DATABASE_URL names.
    """
    keep = bool(request.config.getoption("reuse_db"))
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
    yield
    if not keep:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database in which commits are real, so that revisions are handed out; emptied of features afterwards.

    Unlike pytest-django's transactional database this keeps the counters of revisions, which never go back.
    """
    with django_db_blocker.unblock():
        yield
        empty_layers()
        connection.close()


def empty_layers() -> None:
    """Remove every feature and the log, without logging that."""
    tables = [layer.table for layer in registry.every()]
    tables += ["layers_changedrow", "layers_change", "layers_source", "etl_importentry", "etl_importrun"]
    tables += ["layers_place", "layers_placesread", "layers_raster", "ogc_api_rememberedrequest"]
    tables += ["seeding_seedrun"]  # the real worker begins runs by itself
    with transaction.atomic(), connection.cursor() as cursor:
        # Emptying a table that is empty costs as much as another: its files and its indexes are made anew.
        cursor.execute(" UNION ALL ".join(f"""SELECT '{t}' WHERE EXISTS (SELECT FROM "{t}")""" for t in tables))
        full = {table for (table,) in cursor.fetchall()}
        for table, refers_to in (("layers_changedrow", "layers_change"), ("etl_importentry", "etl_importrun")):
            full |= {table} if refers_to in full else set()
        for statement in _emptying(sorted(full)):
            cursor.execute(statement)
    cache.clear()  # what is remembered by revision would otherwise outlive the rows


def _emptying(tables: list[str]) -> list[str]:
    # The owner of the tables may do this; switching all triggers off for the session takes a superuser.
    switches = [[f'ALTER TABLE "{table}" {word} TRIGGER USER' for table in tables] for word in ("DISABLE", "ENABLE")]
    truncate = "TRUNCATE " + ", ".join(f'"{table}"' for table in tables)
    return [*switches[0], truncate, *switches[1]] if tables else []


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    """The whole product, up with the sample city; started once for all tests that need it."""
    with running_city(tmp_path_factory.mktemp("home")) as running:
        yield running
