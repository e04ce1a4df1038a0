"""Which answers may be kept, and on which revision of which layer they rest: said by a view, for whoever keeps them."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

RESTS_ON: Final = "machigis.rests_on"
"""Key in the WSGI environment: layer and revision."""


def rests_on(request: HttpRequest, layer: str, revision: int) -> None:
    """Say that the answer follows from the request's address and headers, and this revision of one layer, alone.

    The revision must have been read before the features were: then what is kept is never older than it claims.
    """
    request.META[RESTS_ON] = (layer, revision)
