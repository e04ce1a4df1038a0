"""For Prometheus: how the tiles fare."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tile_cache.measuring.exposition import MEDIA_TYPE, document


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The measures of all processes of this home, the same for every reader."""
    return HttpResponse(document(), content_type=MEDIA_TYPE)
