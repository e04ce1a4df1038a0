"""What the tests of the walking routes share."""

from __future__ import annotations

import pytest

from gis_server.navigation import processes
from gis_server.navigation.service import RoutingService


@pytest.fixture
def routing(committed: None, monkeypatch: pytest.MonkeyPatch) -> RoutingService:
    """A routing service that has read nothing yet, also behind the processes."""
    service = RoutingService()
    monkeypatch.setattr(processes, "SERVICE", service)
    return service
