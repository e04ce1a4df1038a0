"""Addresses below /data/."""

from django.urls import URLPattern, path, re_path

from gis_server.data import downloads, views

_LAYER = r"(?P<name>[a-z0-9-]+)"

urlpatterns: list[URLPattern] = [
    path("", views.catalogue, name="data"),
    path("catalog.jsonld", views.dcat, name="data-dcat"),
    path("records", views.records, name="data-records"),
    re_path(rf"^records/{_LAYER}$", views.record, name="data-record"),
    re_path(rf"^{_LAYER}/?$", views.dataset, name="data-set"),
    re_path(rf"^{_LAYER}\.(?P<ending>[A-Za-z0-9.-]+)$", downloads.download, name="data-download"),
]
