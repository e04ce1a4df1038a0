"""Addresses of seeding (for staff) and of the offline packs (for everybody)."""

from django.urls import URLPattern, path, re_path

from gis_server.seeding import downloads, views

urlpatterns: list[URLPattern] = [
    path("seeding/", views.home, name="seeding"),
    path("seeding/start", views.begin, name="seeding-start"),
    path("seeding/packs", views.begin_packs, name="seeding-packs"),
    path("seeding/runs/<int:number>", views.run_state, name="seeding-run"),
    path("seeding/runs/<int:number>/cancel", views.cancel, name="seeding-cancel"),
    path("offline/", downloads.offline, name="offline"),
    re_path(r"^offline/(?P<name>[^/]+\.(?:pmtiles|mbtiles))$", downloads.download, name="offline-pack"),
]
