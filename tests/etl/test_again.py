"""Importing a file again, with real commits: no row touched, no revision handed out."""

from __future__ import annotations

from layers.catalog.disaster import EvacuationSite
from layers.changes import revisions_of
from layers.registry import every


def test_importing_again_changes_nothing(real_data, committed, bring_in):
    path = real_data / "mitaka" / "gsi_emergency_sites_132047_mitaka.geojson"
    bring_in(path)
    before = revisions_of(layer.name for layer in every())
    report = bring_in(path)
    assert report.changed == 0
    assert revisions_of(layer.name for layer in every()) == before
    assert EvacuationSite.objects.filter(version=1).count() == 80


def test_importing_an_extract_again_changes_nothing(real_data, committed, bring_in):
    path = real_data / "network" / "tsukuba_centre_2012.osm"
    bring_in(path)
    before = revisions_of(layer.name for layer in every())
    assert bring_in(path).changed == 0
    assert revisions_of(layer.name for layer in every()) == before
