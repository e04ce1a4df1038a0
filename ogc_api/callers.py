"""Who asks for work or leaves something here, so that each has their own and no one takes all the room."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_SALT = "ogc_api.callers"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks.

    Args:
        owner: the account of somebody who has signed in; None for anybody else.
        key: stands for the account, or for the address that the request came from; says nothing about either.
    """

    owner: Any
    key: str


def caller_of(request: HttpRequest) -> Caller:
    """Who asks. Behind a proxy everybody without an account comes from one address, and so is one caller."""
    user = request.user
    if user.is_authenticated:
        return Caller(user, _key(f"account {user.pk}"))
    return Caller(None, _key(f"address {request.META.get('REMOTE_ADDR', '')}"))


def _key(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()


def find_own[Row: models.Model](kind: type[Row], request: HttpRequest, key: str) -> Row | None:
    """A row by its UUID: the caller's own, or one that nobody in particular left; None for all others.

    Args:
        kind: a model with a field `owner`, whose primary key is a UUID that cannot be guessed.
    """
    try:
        number = uuid.UUID(key)
    except ValueError:
        return None
    if str(number) != key:  # one address for each
        return None
    owner = caller_of(request).owner
    mine = Q(owner=None) if owner is None else Q(owner=None) | Q(owner=owner)
    return kind._default_manager.filter(mine, pk=number).first()
