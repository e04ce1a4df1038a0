"""Every layer in every format: readable by others, nothing lost, nothing shown that is hidden."""

from __future__ import annotations

import re

import pytest
import shapely
from pyproj import Transformer

from layers import registry
from layers.formats import FORMATS, Format, exchanged_fields, find_format
from layers.spec import Audience, LayerSpec
from tests.formats.reading import crs_of, everything_in, read
from tests.formats.rows import SECRET, fill

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
every_format = pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)


@every_layer
@every_format
def test_others_read_the_same_features_at_the_same_places(layer: LayerSpec, chosen: Format, db, write):
    fill(layer)
    truth = {row.id: shapely.from_wkb(bytes(row.geometry.wkb)) for row in layer.model.objects.all()}
    features = read(write(layer, chosen))
    assert [feature["id"].removeprefix("'") for feature in features] == sorted(truth)
    for feature in features:
        original = truth[feature["id"]]
        assert shapely.equals(feature["geometry"], original)
        assert feature["geometry"].bounds == original.bounds


@every_format
@pytest.mark.parametrize("srid", [6668, 3857, 6677])
@pytest.mark.parametrize("name", ["shelters", "closures", "damage-areas"])
def test_every_reference_system_holds_the_same_places(name: str, srid: int, chosen: Format, db, write):
    layer = registry.get(name)
    if chosen.is_lon_lat_only:
        return
    fill(layer, 2)
    path = write(layer, chosen, srid=srid)
    features = read(path)
    if chosen.name not in {"csv", "xlsx"}:
        assert crs_of(path) == srid
    move = Transformer.from_crs(4326, srid, always_xy=True).transform
    for feature in features:
        row = layer.model.objects.get(id=feature["id"])
        expected = shapely.transform(shapely.from_wkb(bytes(row.geometry.wkb)), move, interleaved=False)
        assert shapely.hausdorff_distance(feature["geometry"], expected) < 1e-3


@every_layer
@every_format
def test_what_is_hidden_is_in_no_file(layer: LayerSpec, chosen: Format, db, write):
    fill(layer, 4)
    if layer.rows is not None:
        layer.model.objects.filter(id__startswith="001").update(**{layer.rows.field: "hidden", "title": SECRET})
    text = everything_in(write(layer, chosen))
    hidden = {field.name for field in layer.fields if not Audience.PUBLIC.covers(field.read)}
    assert SECRET not in text
    assert not hidden & set(re.findall(r"[a-z_]+", text))
    assert "version" not in {field.name for field in exchanged_fields(layer, Audience.ADMIN)}


@every_format
def test_staff_files_hold_the_fields_of_staff(chosen: Format, db, write):
    layer = registry.get("shelters")
    fill(layer, 2)
    assert SECRET in everything_in(write(layer, chosen, Audience.STAFF))


@every_layer
@every_format
def test_an_empty_layer_is_a_file_too(layer: LayerSpec, chosen: Format, db, write):
    path = write(layer, chosen)
    assert path.stat().st_size > 0
    if chosen is not find_format("jsonfg"):  # GDAL takes the kind of a JSON-FG file from its features
        assert read(path) == []


@every_format
def test_values_are_what_they_were(chosen: Format, db, write):
    layer = registry.get("shelters")
    fill(layer, 2)
    full, empty = read(write(layer, chosen, Audience.ADMIN))
    short = chosen.name == "shp"
    assert int(full["capacity_p" if short else "capacity_people"]) == 0
    assert str(full["also_site"]).lower() in {"true", "1", "1.0"}
    missing = empty["capacity_p" if short else "capacity_people"]
    assert missing in {None, ""} or missing != missing
    assert str(full["observed_a" if short else "observed_at"]).startswith("2024-01-01")


@every_format
def test_every_format_says_what_it_is_in_both_languages(chosen: Format):
    texts = [chosen.title, chosen.axis_order, *([chosen.lacks] if chosen.lacks else [])]
    assert all(text.ja and text.en for text in texts)
    assert "/" in chosen.media_type
