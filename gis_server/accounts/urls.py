"""Addresses of signing in and out."""

from django.urls import URLPattern, path

from gis_server.accounts import views

urlpatterns: list[URLPattern] = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("admin/login/", views.admin_sign_in),
]
