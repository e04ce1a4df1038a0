"""Addresses below /imports/."""

from django.urls import URLPattern, path

from gis_server.imports import receiving, runs, views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="imports"),
    path("uploads", receiving.receive, name="upload-files"),
    path("uploads/<uuid:number>", views.upload_page, name="upload"),
    path("uploads/<uuid:number>/state", views.upload_state, name="upload-state"),
    path("uploads/<uuid:number>/preview.geojson", views.upload_preview, name="upload-preview"),
    path("uploads/<uuid:number>/options", views.change, name="upload-options"),
    path("uploads/<uuid:number>/load", views.load, name="upload-load"),
    path("uploads/<uuid:number>/cancel", views.cancel, name="upload-cancel"),
    path("runs/", runs.run_list, name="import-runs"),
    path("runs/<int:number>", runs.run_page, name="import-run"),
    path("runs/<int:number>.csv", runs.run_csv, name="import-run-csv"),
    path("runs/<int:number>.geojson", runs.run_points, name="import-run-points"),
    path("runs/<int:number>/undo", runs.run_undo, name="import-run-undo"),
]
