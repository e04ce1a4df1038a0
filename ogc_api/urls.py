"""The addresses below ``/api/``, each with and without a slash at its end, never a redirect."""

from django.urls import re_path

from ogc_api import parts, schema_views, views
from ogc_api.features.form import form
from ogc_api.features.search import functions, search
from ogc_api.processes.execution import execution
from ogc_api.writing import views as writing

app_name = "ogc_api"

_COLLECTION = r"collections/(?P<collection>[^/]+)"
_PROCESS = r"processes/(?P<process>[^/]+)"

urlpatterns = [
    *parts.urlpatterns(),
    re_path(r"^$", views.landing, name="landing"),
    re_path(r"^conformance/?$", views.conformance, name="conformance"),
    re_path(r"^openapi/?$", views.api_definition, name="openapi"),
    re_path(r"^functions/?$", functions, name="functions"),
    re_path(r"^collections/?$", views.collections, name="collections"),
    re_path(rf"^{_COLLECTION}/?$", views.collection, name="collection"),
    re_path(rf"^{_COLLECTION}/schema/?$", schema_views.schema, name="schema"),
    re_path(rf"^{_COLLECTION}/queryables/?$", schema_views.queryables, name="queryables"),
    re_path(rf"^{_COLLECTION}/sortables/?$", schema_views.sortables, name="sortables"),
    re_path(rf"^{_COLLECTION}/search/?$", search, name="search"),
    re_path(rf"^{_COLLECTION}/form/?$", form, name="form"),
    re_path(rf"^{_COLLECTION}/items/?$", writing.items, name="items"),
    re_path(rf"^{_COLLECTION}/items/(?P<feature>.+?)/?$", writing.item, name="item"),
    re_path(r"^processes/?$", views.processes, name="processes"),
    re_path(rf"^{_PROCESS}/?$", views.process, name="process"),
    re_path(rf"^{_PROCESS}/execution/?$", execution, name="execution"),
    re_path(r"^.*$", views.unknown),
]
