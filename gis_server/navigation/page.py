"""The page that leads to safety: where am I, what is happening, where to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_server.web.page_data import build_page_data
from layers.catalog.boundaries import TOWNS
from layers.catalog.disaster import CLOSURES, DAMAGE_AREAS, EVACUATION_SITES, SHELTERS
from layers.catalog.facilities import FACILITIES


@require_safe
def navi(request: HttpRequest) -> HttpResponse:
    """The page; its address holds the whole state, which its JavaScript reads."""
    layers = (EVACUATION_SITES, SHELTERS, DAMAGE_AREAS, CLOSURES, FACILITIES, TOWNS)
    context = {"page_data": build_page_data(request, layers)}
    return render(request, "navigation/navi.html", context)
