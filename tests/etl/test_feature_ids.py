"""The ids that GeoJSON features have beside their properties stay the ids of the places."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from etl.pipeline import open_file
from etl.readers import Options
from etl.record import RawBatch

pytestmark = pytest.mark.django_db


def _feature(own_id, **more):
    properties = {"名称": f"施設{own_id}", "電話番号": "0422", **more}
    point = {"type": "Point", "coordinates": [139.56, 35.68]}
    return {"type": "Feature", "id": own_id, "properties": properties, "geometry": point}


def _ids(path, features):
    if path.suffix == ".geojsonl":
        path.write_text("".join(json.dumps(feature) + "\n" for feature in features))
    else:
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    rows = open_file(path, Options(settings.CITY, layer="facilities", source_key="k")).data_set.rows
    return [row.id for item in rows if isinstance(item, RawBatch) for row in item.rows()]


@pytest.mark.parametrize("name", ["places.geojson", "places.geojsonl"])
@pytest.mark.parametrize("ids", [(7, 4), (0, 12345678901234), ("way/1", "node/2"), ("7", "8"), (-7, 9.5)])
def test_the_own_id_of_a_feature_is_its_id_wherever_it_stands_in_the_file(tmp_path, name, ids):
    features = [_feature(one) for one in ids]
    assert _ids(tmp_path / name, features) == [f"k-{one}" for one in ids]
    changed = [{**feature, "properties": {"名称": "変更"}} for feature in reversed(features)]
    assert _ids(tmp_path / name, changed) == [f"k-{one}" for one in reversed(ids)]


def test_the_own_number_counts_before_a_property_that_is_called_an_id(tmp_path):
    assert _ids(tmp_path / "a.geojson", [_feature(7, id=70), _feature(9, id=90)]) == ["k-7", "k-9"]


@pytest.mark.parametrize("ids", [(3, 3), (3, "x"), (None, 3)])
def test_ids_that_are_none_leave_it_to_the_contents_of_the_rows(tmp_path, ids):
    found = _ids(tmp_path / "a.geojson", [_feature(one, 備考=str(number)) for number, one in enumerate(ids)])
    assert len(set(found)) == 2
    assert all(len(one) == len("k-") + 16 for one in found)


def test_what_gdal_alters_is_not_said_on_the_terminal(tmp_path, recwarn):
    found = _ids(tmp_path / "a.geojson", [_feature(3, 備考="1"), _feature(3, 備考="2")])
    assert len(set(found)) == 2
    assert [str(warning.message) for warning in recwarn] == []
