"""Addresses below /navi/."""

from django.urls import URLPattern, path

from gis_server.navigation import page

urlpatterns: list[URLPattern] = [path("", page.navi, name="navi")]
