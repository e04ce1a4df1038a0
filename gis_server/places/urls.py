"""Addresses below /places/."""

from django.urls import URLPattern, path

from gis_server.places import views

urlpatterns: list[URLPattern] = [path("", views.places, name="places")]
