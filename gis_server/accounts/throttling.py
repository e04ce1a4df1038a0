"""Guessing passwords is slowed down per user and address; a signed-in colleague elsewhere is not locked out by it."""

from __future__ import annotations

import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from gis_server.accounts.models import SignInFailure

WINDOW: Final = datetime.timedelta(minutes=15)
FAILURES_PER_NAME: Final = 5
"""Wrong passwords for one name from one address."""
FAILURES_PER_ADDRESS: Final = 100
"""Wrong passwords for any name from one address: a whole town hall may share one."""


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def is_throttled(request: HttpRequest, name: str) -> bool:
    """Whether this address has to wait before it may try `name` again."""
    recent = SignInFailure.objects.filter(address=address_of(request), at__gt=timezone.now() - WINDOW)
    return recent.filter(name=name[:150]).count() >= FAILURES_PER_NAME or recent.count() >= FAILURES_PER_ADDRESS


def note_failure(request: HttpRequest, name: str) -> None:
    """Count a wrong password, and forget those that no longer matter."""
    SignInFailure.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    SignInFailure.objects.create(name=name[:150], address=address_of(request))


def forget_failures(request: HttpRequest, name: str) -> None:
    SignInFailure.objects.filter(address=address_of(request), name=name[:150]).delete()
