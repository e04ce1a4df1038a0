"""The standards that stand beside the features: coverages, tiles, jobs and the like, each a part of its own.

Settings name them by dotted path (`OGC_API_PARTS`), so that a part may lie in a higher package: there, where
`ogc_api` and its siblings meet. What a part adds to the landing page, to collections, to the conformance classes
and to the definition is said in one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern
from django.utils.module_loading import import_string

from layers.spec import LayerSpec, Text
from ogc_api.asking import Asked

Document = dict[str, Any]
Link = dict[str, str]


def _no_links(asked: Asked) -> Iterable[Link]:
    return ()


def _no_links_of_layer(layer: LayerSpec, asked: Asked) -> Iterable[Link]:
    return ()


def _no_collections(asked: Asked) -> Iterable[Document]:
    return ()


def _nothing(asked: Asked) -> Document:
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """One standard below ``/api/``.

    Args:
        name: for messages and tests.
        title: heading of its operations in the definition, whose tag is `name`.
        conformance: the classes that hold because of it.
        conformance_details: by class, what its standard wants to be told of it beside ``conformsTo``.
        urlpatterns: its addresses, relative to ``/api/``; they come before the features' own.
        landing_links: what it adds to the links of the landing page.
        landing_members: what else it says there, about all the data.
        collection_links: what it adds to the links of a layer's collection.
        collections: further collections that the caller may read, each a whole document with an ``id``.
        paths: its part of the OpenAPI definition's ``paths``; every operation bears the tag `name`.
        schemas: what it adds to the definition's ``components/schemas``.
    """

    name: str
    title: Text
    conformance: tuple[str, ...] = ()
    conformance_details: Document = field(default_factory=dict)
    urlpatterns: tuple[URLPattern, ...] = ()
    landing_links: Callable[[Asked], Iterable[Link]] = _no_links
    landing_members: Callable[[Asked], Document] = _nothing
    collection_links: Callable[[LayerSpec, Asked], Iterable[Link]] = _no_links_of_layer
    collections: Callable[[Asked], Iterable[Document]] = _no_collections
    paths: Callable[[Asked], Document] = _nothing
    schemas: Document = field(default_factory=dict)


@cache
def every() -> tuple[Part, ...]:
    """The parts that this installation offers, in the order of the setting."""
    return tuple(import_string(path) for path in getattr(settings, "OGC_API_PARTS", ()))


def conformance_classes() -> Iterator[str]:
    for part in every():
        yield from part.conformance


def conformance_details() -> Document:
    return {name: told for part in every() for name, told in part.conformance_details.items()}


def urlpatterns() -> list[URLPattern]:
    return [pattern for part in every() for pattern in part.urlpatterns]


def landing_links(asked: Asked) -> list[Link]:
    return [link for part in every() for link in part.landing_links(asked)]


def landing_members(asked: Asked) -> Document:
    return {name: value for part in every() for name, value in part.landing_members(asked).items()}


def collection_links(layer: LayerSpec, asked: Asked) -> list[Link]:
    return [link for part in every() for link in part.collection_links(layer, asked)]


def collections(asked: Asked) -> list[Document]:
    """The collections that are no layers of features."""
    return [document for part in every() for document in part.collections(asked)]


def find_collection(name: str, asked: Asked) -> Document | None:
    return next((document for document in collections(asked) if document["id"] == name), None)
