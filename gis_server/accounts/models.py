"""Tokens for programs, and failed sign-ins."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

PREFIX = "mgis_"
"""Makes a token recognisable where it leaked."""

USE_IS_NOTED_EVERY = datetime.timedelta(hours=1)


class ApiToken(models.Model):
    """A key that lets a program act as a user. Only its digest is kept: a lost token is replaced, never shown again.

    The token has 256 random bits, so a plain SHA-256 cannot be turned back and costs a request nothing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"

    def note_use(self) -> None:
        """Remember that the token is in use, to the hour: a write for each request would be too dear."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > USE_IS_NOTED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)


class SignInFailure(models.Model):
    """One wrong password, remembered for a quarter of an hour to slow down guessing."""

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


def create_token(user: settings.AUTH_USER_MODEL) -> str:  # type: ignore[name-defined]  # by setting
    """A new token of the user, in clear: the only time that it can be read."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=digest_of(token))
    return token


def find_token(token: str) -> ApiToken | None:
    """The valid token behind the clear text, with its user."""
    usable = ApiToken.objects.filter(revoked_at=None, user__is_active=True).select_related("user")
    return usable.filter(digest=digest_of(token)).first()


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
