"""Addresses of the portal and of what every site has."""

from django.urls import URLPattern, path

from gis_server.web import developers, health, metrics, views

urlpatterns: list[URLPattern] = [
    path("", views.portal, name="portal"),
    path("developers/", developers.examples, name="developers"),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", views.robots),
    path("favicon.ico", views.favicon),
]
