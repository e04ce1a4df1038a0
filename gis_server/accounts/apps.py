"""The Django app of users, their roles and their tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gis_server.accounts"
    verbose_name = "利用者"
