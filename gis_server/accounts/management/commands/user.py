"""``./gis user add|token|revoke|list``: people, their roles, their tokens."""

from __future__ import annotations

import getpass
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import ROLES, give_role


class Command(BaseCommand):
    help = "Add a user, give a user a token, take the tokens back, list the users."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="add a user; the password is asked for, or made and printed once")
        add.add_argument("name")
        add.add_argument("--role", required=True, choices=list(ROLES))
        token = actions.add_parser("token", help="make a token and print it once")
        token.add_argument("name")
        revoke = actions.add_parser("revoke", help="make all tokens of a user useless")
        revoke.add_argument("name")
        actions.add_parser("list", help="all users with their roles")

    def handle(self, *_: Any, **options: Any) -> None:
        action = options["action"]
        if action == "list":
            self._list()
        elif action == "add":
            self._add(options["name"], options["role"])
        elif action == "token":
            self.stdout.write(create_token(_get_user(options["name"])))
        else:
            self._revoke(_get_user(options["name"]))

    def _add(self, name: str, role: str) -> None:
        _check_name(name)
        user = User(username=name)
        asked = sys.stdin is not None and sys.stdin.isatty()
        password = _ask_password(user) if asked else secrets.token_urlsafe(15)
        user.set_password(password)
        with transaction.atomic():
            user.save()
            give_role(user, role)
        self.stderr.write(f"{name} was added with the role {role}.")
        if not asked:
            self.stderr.write("The password is shown this once:")
            self.stdout.write(password)

    def _revoke(self, user: User) -> None:
        count = user.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())  # type: ignore[attr-defined]  # reverse
        self.stdout.write(f"{count} token(s) of {user.username} are no longer valid.")

    def _list(self) -> None:
        for user in User.objects.order_by("username").prefetch_related("groups", "api_tokens"):
            roles = ", ".join(group.name for group in user.groups.all()) or "-"
            tokens = sum(token.revoked_at is None for token in user.api_tokens.all())  # type: ignore[attr-defined]  # reverse
            state = "" if user.is_active else "  (may not sign in)"
            self.stdout.write(f"{user.username}  {roles}  {tokens} token(s){state}")


def _check_name(name: str) -> None:
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError as error:
        raise CommandError(f"the name {name!r} will not do: letters, digits and @ . + - _ are allowed") from error
    if len(name) > 150:
        raise CommandError("the name is longer than 150 characters")
    if User.objects.filter(username=name).exists():
        raise CommandError(f"there is a user {name!r} already")


def _get_user(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"there is no user {name!r}; './gis user list' shows all")
    return user


def _ask_password(user: User) -> str:
    password = getpass.getpass("Password (12 characters or more): ")
    if password != getpass.getpass("The same again: "):
        raise CommandError("the two passwords differ; nothing was stored")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password
