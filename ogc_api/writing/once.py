"""The same POST twice stores once: answers by Idempotency-Key, kept in the database beside what they speak of.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest

from layers.problems import Problem
from ogc_api.models import RememberedRequest

KEPT_DAYS: Final = 7
MAX_KEY: Final = 200
_FORGOTTEN_AT_ONCE: Final = 100


def read_key(request: HttpRequest) -> str | None:
    """The header Idempotency-Key, with or without quotes.

    Raises:
        Problem: 400 where it is empty, too long or not printable ASCII.
    """
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        detail = f"Idempotency-Key is not 1 to {MAX_KEY} printable ASCII characters"
        raise Problem(400, "invalid header", detail, parameter="Idempotency-Key")
    return key


def answer_once(
    actor: str, key: str | None, sent: tuple[bytes, ...], act: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The answer of `act`, or of an earlier call with the same key, and whether it is the earlier one.

    All in one transaction: a call that fails is not remembered. A second call that comes while the first still
    works waits for it, since both insert the same key.

    Raises:
        Problem: 422 where the key was used for something else.
    """
    with transaction.atomic():
        if key is None:
            return act(), False
        digest = hashlib.sha256(b"\0".join(sent)).hexdigest()
        _forget_old()
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [actor, key, digest])
            row = cursor.fetchone()
        if row is None:
            return _earlier(actor, key, digest), True
        answer = act()
        RememberedRequest.objects.filter(pk=row[0]).update(answer=answer)
        return answer, False


_INSERT = """
INSERT INTO ogc_api_rememberedrequest (actor, key, digest, answer) VALUES (%s, %s, %s, '{}')
ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""


def _earlier(actor: str, key: str, digest: str) -> dict[str, Any]:
    known = RememberedRequest.objects.get(actor=actor, key=key)
    if known.digest != digest:
        detail = "this Idempotency-Key was used for another request; a new request needs a new key"
        raise Problem(422, "key in use", detail, parameter="Idempotency-Key")
    answer: dict[str, Any] = known.answer
    return answer


def _forget_old() -> None:
    """Keys of last week; rows that another call is about to forget are left to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ogc_api_rememberedrequest WHERE id IN (SELECT id FROM ogc_api_rememberedrequest"
            " WHERE at < now() - make_interval(days => %s) LIMIT %s FOR UPDATE SKIP LOCKED)",
            [KEPT_DAYS, _FORGOTTEN_AT_ONCE],
        )
