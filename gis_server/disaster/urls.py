"""Addresses below /disaster/."""

from django.urls import URLPattern, path

from gis_server.disaster import views

urlpatterns: list[URLPattern] = [path("", views.disaster, name="disaster")]
