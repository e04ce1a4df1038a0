"""The one exception for what a caller did wrong, shaped after RFC 9457 (problem details for HTTP APIs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """A request that cannot be answered, saying what, where and what would be right.

    Args:
        status: HTTP status code, 400 to 499 (503 where a part is not ready yet).
        title: the kind of problem, in a few words.
        detail: this very occurrence, as a sentence to its reader.
        parameter: name of the parameter or member at fault.
        extra: further members of the problem document.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        parameter: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.parameter = parameter
        self.extra = dict(extra or {})

    def document(self) -> dict[str, Any]:
        """The problem as the members of a problem document.

        >>> Problem(400, "bad bbox", "three numbers", parameter="bbox").document()["parameter"]
        'bbox'
        """
        members: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.parameter is not None:
            members["parameter"] = self.parameter
        return members | self.extra
