"""One address space: pages, OGC API, tiles, admin."""

from django.contrib import admin
from django.urls import include, path

from ogc_api.views import landing

urlpatterns = [
    path("", include("gis_server.accounts.urls")),  # before admin/: it takes over admin/login/
    path("admin/tiles/", include("gis_server.tile_pages.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("ogc_api.urls")),
    path("api", landing),
    path("tiles/", include("tile_cache.urls")),
    path("navi/", include("gis_server.navigation.urls")),
    path("disaster/", include("gis_server.disaster.urls")),
    path("data/", include("gis_server.data.urls")),
    path("places/", include("gis_server.places.urls")),
    path("imports/", include("gis_server.imports.urls")),
    path("", include("gis_server.seeding.urls")),
    path("edit/", include("gis_server.editing.urls")),
    path("", include("gis_server.web.urls")),
]

handler400 = "gis_server.web.errors.bad_request"
handler403 = "gis_server.web.errors.forbidden"
handler404 = "gis_server.web.errors.not_found"
handler500 = "gis_server.web.errors.server_error"
