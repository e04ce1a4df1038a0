"""Computing a route from its definition, and keeping it for a while: the newest of each caller, and not for ever."""

from __future__ import annotations

import datetime
from datetime import UTC
from itertools import pairwise
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from gis_server.navigation import problems
from gis_server.navigation.answers import Context
from gis_server.navigation.models import Route
from gis_server.navigation.route_definition import Definition
from gis_server.navigation.route_exchange import Computed, exchange_document
from gis_server.navigation.searching import Found, OffNetworkError, Refused, Situation, find_route
from gis_server.navigation.service import SERVICE, Snapshot
from layers.problems import Problem
from ogc_api.callers import Caller

KEPT: Final = datetime.timedelta(days=1)
MOST_OF_ONE: Final = 50
MOST_IN_ALL: Final = 5_000
LANGUAGES: Final = ("ja", "en")


def compute(definition: Definition, language: str) -> dict[str, Any]:
    """The route in each language.

    Raises:
        Problem: 422 where there is no way, with what is in it; 503 without a network.
    """
    snapshot = SERVICE.current()
    profile = definition.profile
    timed = snapshot.situation(profile)
    if timed is None:
        raise problems.no_network(language)
    chosen = timed if definition.preference == "fastest" else snapshot.shortest(profile)
    legs = [_leg(snapshot, chosen, definition, number, language) for number in range(1, len(definition.places))]
    computed = Computed(
        definition.name,
        tuple(legs),
        profile.name,
        definition.preference,
        datetime.datetime.now(UTC),
        dict(snapshot.revisions),
    )
    return {spoken: exchange_document(timed, computed, spoken) for spoken in LANGUAGES}


def _leg(snapshot: Snapshot, situation: Situation, definition: Definition, number: int, language: str) -> Found:
    """The way to the place of this number from the one before."""
    start, end = list(pairwise(definition.places))[number - 1]
    try:
        found = find_route(situation, start, end)
    except OffNetworkError as error:
        at = number - 1 if error.which == "from" else number
        raise _at_waypoint(problems.off_network(error, language), at) from error
    if isinstance(found, Refused):
        now = datetime.datetime.now(UTC)
        context = Context(definition.profile.name, None, language, snapshot.revisions, now, snapshot.attributions)
        raise _at_waypoint(problems.refused(situation, found, context), number)
    return found


def _at_waypoint(problem: Problem, number: int) -> Problem:
    """The same problem, saying which of the waypoints (from 0) it is about."""
    extra = problem.extra | {"waypoint": number}
    return Problem(problem.status, problem.title, problem.detail, parameter="waypoints", extra=extra)


def keep(definition: str, name: str, answers: dict[str, Any], caller: Caller) -> Route:
    """Store a route; the oldest make room for it."""
    with transaction.atomic():
        forget_old()
        for rows, most in ((Route.objects.filter(caller=caller.key), MOST_OF_ONE), (Route.objects.all(), MOST_IN_ALL)):
            surplus = rows.order_by("-created", "id").values("pk")[most - 1 :]
            Route.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()
        return Route.objects.create(
            owner=caller.owner, caller=caller.key, name=name, definition=definition, answers=answers
        )


def forget_old() -> int:
    """Remove the routes that were kept long enough; how many there were."""
    return Route.objects.filter(created__lt=timezone.now() - KEPT).delete()[0]
