"""What is computed on the walking network, as OGC API processes (OGC 18-062r2) run by pygeoapi.

They raise `layers.problems.Problem` where they cannot answer; whoever mounts them turns that into the response.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from pygeoapi.process.base import BaseProcessor

from gis_server.navigation import answers, nearest, problems, reach, reach_answers
from gis_server.navigation.answers import Context
from gis_server.navigation.inputs import RouteRequest, fault, read_area, read_nearest_site, read_route
from gis_server.navigation.process_descriptions import NEAREST_SITE, ROUTE, SERVICE_AREA
from gis_server.navigation.searching import OffNetworkError, Refused, find_route
from gis_server.navigation.service import SERVICE, Snapshot
from gis_server.navigation.sites import Site, find_site, sites_for
from layers.spec import Text
from ogc_api.processes.progress import Progress, Waited

MEDIA_TYPE: Final = "application/geo+json"


class RouteProcess(BaseProcessor):
    """The way from a place to a place or to an evacuation site, around damage and closures."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, ROUTE)

    def check(self, data: dict[str, Any]) -> None:
        """Raises a `Problem` that names the input at fault."""
        read_route(data)

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, dict[str, Any]]:
        """Answer one request (see `ROUTE` for inputs and outputs)."""
        return MEDIA_TYPE, route(data)


class NearestSiteProcess(BaseProcessor):
    """The evacuation sites for a hazard that are nearest on foot."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, NEAREST_SITE)

    def check(self, data: dict[str, Any]) -> None:
        """Raises a `Problem` that names the input at fault."""
        read_nearest_site(data)

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, dict[str, Any]]:
        """Answer one request (see `NEAREST_SITE` for inputs and outputs)."""
        return MEDIA_TYPE, nearest_site(data)


class ServiceAreaProcess(BaseProcessor):
    """How far one comes within so many minutes."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, SERVICE_AREA)

    def check(self, data: dict[str, Any]) -> None:
        """Raises a `Problem` that names the input at fault."""
        read_area(data)

    def execute(
        self, data: dict[str, Any], outputs: Any = None, progress: Progress | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Answer one request (see `SERVICE_AREA` for inputs and outputs), one origin after the other."""
        return MEDIA_TYPE, service_area(data, progress or Waited())


def service_area(data: object, progress: Progress) -> dict[str, Any]:
    """The answer of ``service-area`` as GeoJSON.

    Raises:
        Problem: 400 for an input, 422 where no way is near, 503 without a network.
        DismissedError: the job was dismissed between two origins.
    """
    request = read_area(data)
    snapshot = SERVICE.current()
    situation = snapshot.situation(request.profile)
    if situation is None:
        raise problems.no_network(request.language)
    if request.origin is not None:
        origins, excluded = [reach.Origin("from", "", request.origin)], []
        try:
            situation.get_snaps("from", request.origin)
        except OffNetworkError as error:
            raise problems.off_network(error, request.language) from error
    else:
        offered, excluded = nearest.sort_out(situation, sites_for(str(request.hazard)))
        origins = [reach.Origin(site.id, site.name, site.place) for site in offered]
    context = _context(snapshot, request.profile.name, request.hazard, request.language)
    return reach_answers.area_answer(situation, origins, excluded, request, context, progress)


def route(data: object) -> dict[str, Any]:
    """The answer of ``route`` as GeoJSON.

    Raises:
        Problem: 400 for an input, 422 where there is no way (with what is in it), 503 without a network.
    """
    request = read_route(data)
    site = _site(request)
    snapshot = SERVICE.current()
    situation = snapshot.situation(request.profile)
    if situation is None:
        raise problems.no_network(request.language)
    destination = site.place if site else request.destination
    assert not isinstance(destination, str)  # noqa: S101 - an id was replaced by its site's place
    try:
        found = find_route(situation, request.origin, destination)
    except OffNetworkError as error:
        raise problems.off_network(error, request.language) from error
    context = _context(snapshot, request.profile.name, request.hazard, request.language)
    if isinstance(found, Refused):
        raise problems.refused(situation, found, context)
    return answers.route_answer(situation, found, context, site)


def nearest_site(data: object) -> dict[str, Any]:
    """The answer of ``nearest-site`` as GeoJSON.

    Raises:
        Problem: 400 for an input.
    """
    request = read_nearest_site(data)
    snapshot = SERVICE.current()
    situation = snapshot.situation(request.profile)
    offered, excluded = nearest.sort_out(situation, sites_for(request.hazard))
    chosen = nearest.candidates(situation, request.origin, offered, request.count)
    context = _context(snapshot, request.profile.name, request.hazard, request.language)
    return nearest.nearest_answer(situation, request.origin, chosen, excluded, context)


def _context(snapshot: Snapshot, profile: str, hazard: str | None, language: str) -> Context:
    return Context(profile, hazard, language, snapshot.revisions, datetime.now(UTC), snapshot.attributions)


def _site(request: RouteRequest) -> Site | None:
    """The site that the request names, which must be designated for the hazard that it names."""
    if not isinstance(request.destination, str):
        return None
    site = find_site(request.destination)
    if site is None:
        detail = Text(
            f"「to」の値 {request.destination!r} という指定緊急避難場所はありません。",
            f"“to”: there is no evacuation site {request.destination!r}.",
        )
        raise fault("to", detail, request.language)
    if request.hazard is not None and request.hazard not in site.hazards:
        raise problems.not_designated(site, request.hazard, request.language)
    return site
