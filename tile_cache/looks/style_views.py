"""Styles, sprites and legends over HTTP, kept by clients like the documents of the tiles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers import registry
from layers.problems import Problem
from tile_cache.looks import legend_document as legends
from tile_cache.looks import sprites, themes
from tile_cache.looks import style as styles
from tile_cache.looks.documents import audience_of, bytes_answer, json_answer, language_of, root_of


@require_safe
def style(request: HttpRequest, name: str) -> HttpResponse:
    """A MapLibre style (version 8), with ``?colours=cud`` in colours for all kinds of eyes."""
    if styles.split(name) is None:
        known = ", ".join(styles.STYLES)
        raise Problem(404, "not found", f"there is no style {name[:40]!r}; there are: {known}", parameter="name")
    colours = themes.chosen_colours(request.GET.get("colours", ""))
    return json_answer(
        request, styles.build_style(name, audience_of(request), root_of(request), language_of(request), colours)
    )


@require_safe
def sprite_index(request: HttpRequest, theme: str, sharp: str) -> HttpResponse:
    """Where each pictogram and pattern is in the sheet."""
    return json_answer(request, _sprite(theme, sharp).index)


@require_safe
def sprite_sheet(request: HttpRequest, theme: str, sharp: str) -> HttpResponse:
    """The sheet of pictograms and patterns (PNG)."""
    return bytes_answer(request, _sprite(theme, sharp).png, "image/png", is_public=True)


@require_safe
def legend(request: HttpRequest, name: str) -> HttpResponse:
    """What the symbols of a style stand for, or those of one layer."""
    audience, language = audience_of(request), language_of(request)
    colours = themes.chosen_colours(request.GET.get("colours", ""))
    if styles.split(name) is not None:
        return json_answer(request, legends.of_style(name, audience, language, colours))
    visible = {layer.name: layer for layer in registry.visible_to(audience)}
    if name not in visible:
        known = ", ".join((*styles.STYLES, *visible))
        raise Problem(404, "not found", f"{name[:40]!r} has no legend; these have: {known}", parameter="name")
    document = legends.of_layer(visible[name], audience, language, colours)
    return json_answer(request, document)


def _sprite(theme: str, sharp: str) -> sprites.Sprite:
    if theme not in themes.THEMES:
        known = ", ".join(themes.THEMES)
        raise Problem(404, "not found", f"there is no theme {theme[:40]!r}; there are: {known}", parameter="theme")
    return sprites.sprite(theme, 2 if sharp else 1)
