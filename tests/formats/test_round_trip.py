"""Out, in again, out again: the same bytes where a file is text, the same features in every format."""

from __future__ import annotations

import pytest
import shapely

from layers import registry
from layers.feature import Source
from layers.formats import FORMATS, Format, find_format
from layers.spec import Audience, LayerSpec
from tests.formats.rows import fill

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
BYTE_EQUAL = {"csv", "geojson", "jsonfg", "kml"}


@every_layer
@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_a_layer_comes_back_as_it_went(layer: LayerSpec, chosen: Format, db, write, bring_in):
    fill(layer)
    first, before = write(layer, chosen, Audience.ADMIN), features(layer, chosen)
    layer.model.objects.all().delete()
    report = bring_in(first)
    assert not report.refused
    assert features(layer, chosen) == before
    if chosen.name in BYTE_EQUAL:
        assert write(layer, chosen, Audience.ADMIN, name="again").read_bytes() == first.read_bytes()


def features(layer: LayerSpec, chosen: Format) -> list[tuple]:
    """Everything that files carry, as far as the format says that it can hold it."""
    names = [field.name for field in layer.fields]
    rows = []
    for row in layer.model.objects.order_by("id"):
        shape = shapely.from_wkb(bytes(row.geometry.wkb))
        values = [getattr(row, name) for name in names]
        if chosen.name == "shp":
            shape = shapely.normalize(shape)
            values = [value.rstrip() if isinstance(value, str) else value for value in values]
        if chosen.name in {"shp", "xlsx"}:
            values = [round(value, 12) if isinstance(value, float) else value for value in values]
        rows.append((row.id, row.city_code, row.source, shape.wkt, *values))
    return rows


@pytest.mark.parametrize("name", ["geojson", "gpkg", "parquet", "jsonfg", "csv", "shp"])
@pytest.mark.parametrize("srid", [6668, 3857, 6677])
def test_a_file_in_metres_comes_back_to_the_same_places(name, srid, db, write, bring_in):
    layer, chosen = registry.get("damage-areas"), find_format(name)
    fill(layer, 4)
    path = write(layer, chosen, Audience.ADMIN, srid)
    before = {row.id: shapely.from_wkb(bytes(row.geometry.wkb)) for row in layer.model.objects.all()}
    layer.model.objects.all().delete()
    bring_in(path)
    for row in layer.model.objects.all():
        assert shapely.hausdorff_distance(shapely.from_wkb(bytes(row.geometry.wkb)), before[row.id]) < 2e-9


@pytest.mark.parametrize("name", ["csv", "geojson", "gpkg"])
def test_importing_what_is_there_already_changes_nothing(name, db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer)
    report = bring_in(write(layer, find_format(name), Audience.ADMIN))
    assert report.changed == 0


def test_a_public_file_leaves_what_staff_wrote_alone_and_removes_nothing(db, write, bring_in):
    layer = registry.get("community-posts")
    fill(layer, 4)
    layer.model.objects.filter(id__startswith="003").update(status="pending")
    bring_in(write(layer, find_format("geojson")))
    assert layer.model.objects.count() == 4
    assert set(layer.model.objects.values_list("status", flat=True)) == {"approved", "pending"}
    assert not layer.model.objects.filter(moderation_note="").exists()


def test_sources_travel_with_their_attribution(db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer, 4)
    path = write(layer, find_format("geojson"))
    layer.model.objects.all().delete()
    Source.objects.all().delete()
    bring_in(path)
    assert Source.objects.get(key="hard").attribution == "出典：架空の市"


def test_a_source_that_nobody_knows_is_named(db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer, 4)
    path = write(layer, find_format("csv"))
    Source.objects.all().delete()
    assert "hard" in bring_in(path).text()


def test_a_value_changed_in_a_spreadsheet_program_comes_in_even_as_cp932(db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer, 1)
    path = write(layer, find_format("csv"))
    text = path.read_text(encoding="utf-8-sig").replace("general", "welfare")
    path.write_bytes(text.encode("cp932"))
    bring_in(path)
    assert layer.model.objects.get().shelter_type == "welfare"


def test_a_wrong_row_is_refused_and_the_others_come_in(db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer, 4)
    path = write(layer, find_format("csv"))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, ",".join(["new", *["x"] * (lines[0].count(","))])]), encoding="utf-8")
    report = bring_in(path)
    assert sum(group.count for group in report.refused.values()) == 1
    assert layer.model.objects.count() == 4


def test_columns_that_fit_several_layers_are_asked_about(db, write, bring_in):
    from etl.record import UnreadableFileError

    layer = registry.get("base-railways")
    fill(layer, 2)
    path = write(layer, find_format("csv"))
    other = path.rename(path.with_name("lines.csv"))
    with pytest.raises(UnreadableFileError, match="--layer LAYER says which"):
        bring_in(other)
    assert bring_in(other, layer="base-railways").merged[0].layer == "base-railways"


def test_with_a_source_named_the_file_is_the_whole_of_that_source(db, write, bring_in):
    layer = registry.get("shelters")
    fill(layer, 4)
    path = write(layer, find_format("geojson"), Audience.ADMIN)
    layer.model.objects.all().delete()
    bring_in(path, source_key="copy")
    layer.model.objects.create(id="later", name="後から", source="copy", geometry="SRID=4326;POINT(139.5 35.6)")
    report = bring_in(path, source_key="copy")
    assert report.merged[0].deleted == 1
    assert set(layer.model.objects.values_list("source", flat=True)) == {"copy"}
