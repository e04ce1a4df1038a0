"""The page of the disaster picture."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_server.web.page_data import build_page_data
from layers.catalog.disaster import CLOSURES, DAMAGE_AREAS, DAMAGE_REPORTS, EVACUATION_SITES, SHELTERS


@require_safe
def disaster(request: HttpRequest) -> HttpResponse:
    """Everybody sees the picture; who may edit also gets the tools."""
    layers = (DAMAGE_AREAS, CLOSURES, DAMAGE_REPORTS, EVACUATION_SITES, SHELTERS)
    context = {"page_data": build_page_data(request, layers)}
    return render(request, "disaster/disaster.html", context)
