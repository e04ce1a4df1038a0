"""Addresses below /edit/."""

from django.urls import URLPattern, path

from gis_server.editing import views

urlpatterns: list[URLPattern] = [
    path("changes", views.changes),
    path("<str:layer>/", views.create),
    path("<str:layer>/<str:feature_id>", views.update),
]
