"""Find a place by name, kana or address, as the pages do."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gis_server.places.answers import kind_title
from gis_server.places.asked import MOST_PLACES, USUAL_PLACES, read_request
from layers.gazetteer.entries import current_revisions
from layers.gazetteer.entry import Found
from layers.gazetteer.search import find
from layers.gazetteer.words import CERTAINTY
from layers.problems import Problem


class Command(BaseCommand):
    help = "Find a place by name, kana or address: ./gis manage find_place 新川６－３５－２８"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="name, kana or address")
        parser.add_argument("--near", help="longitude,latitude in degrees: nearer places first")
        parser.add_argument("--limit", default=str(USUAL_PLACES), help=f"at most so many places, up to {MOST_PLACES}")

    def handle(self, *_: Any, text: str, near: str | None, limit: str, **__: Any) -> None:
        parameters = {"q": [text], "limit": [limit]} | ({"near": [near]} if near else {})
        try:
            asked = read_request(parameters)
        except Problem as problem:
            raise CommandError(problem.detail, returncode=2) from problem
        current_revisions(settings.CITY)
        found = find(asked.text, settings.CITY, near=asked.near, limit=asked.limit)
        for place in found:
            self.stdout.write(line(place))
        if not found:
            self.stdout.write(f"nothing is known by {text!r}")


def line(place: Found) -> str:
    """One place: what, where, how certain."""
    kinds = "、".join(dict.fromkeys(kind_title(role, "ja") for role in place.roles))
    lon, lat = place.position
    certainty = f"{CERTAINTY[place.certainty].text.ja} ±{place.accuracy_m} m"
    rest = f"分からない部分: {place.unmatched}" if place.unmatched else ""
    parts = (f"{place.name}（{kinds}）", f"{lat:.5f}, {lon:.5f}", certainty, place.entry.address, rest)
    return "  ".join(filter(None, parts))
