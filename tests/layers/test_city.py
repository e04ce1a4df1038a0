"""A city is one settings file; a wrong one is refused in one sentence."""

import pytest

from layers.city import DEFAULT_CITY_FILE, CityFileError, read_city


def test_the_first_city_is_mitaka_measured_in_zone_nine():
    city = read_city()
    assert (city.code, city.name.ja, city.plane_srid) == ("132047", "三鷹市", 6677)
    west, south, east, north = city.bounds
    assert 139.5 < west < east < 139.6
    assert 35.65 < south < north < 35.71


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("132047", "132048"), "check digit"),
        (("zone = 9", "zone = 20"), "zones 1 to 19"),
        (('"earthquake"', '"dragons"'), "dragons"),
        (("code =", "kode ="), "lacks 'code'"),
        (("outline = [", "outline = ["), None),
        (("zone = 9", "zone ="), "not TOML"),
        (("zone = 9", 'zone = "nine"'), "is wrong"),
    ],
)
def test_a_wrong_city_file_says_what_is_wrong(tmp_path, change, says):
    path = tmp_path / "city.toml"
    path.write_text(DEFAULT_CITY_FILE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    if says is None:
        assert read_city(path).code == "132047"
        return
    with pytest.raises(CityFileError, match=says) as caught:
        read_city(path)
    assert str(path) in str(caught.value)


def test_a_city_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CityFileError, match="cannot be read"):
        read_city(tmp_path / "nowhere.toml")
