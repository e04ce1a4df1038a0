"""The legend as JSON: what each symbol stands for, to whom it may concern, in the theme and colours of the map."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from layers import registry
from layers.spec import Audience
from tile_cache.looks import legend_document, style

pytestmark = pytest.mark.usefixtures("committed")


def entries(address: str) -> dict[str, dict]:
    return {entry["id"]: entry for entry in Client().get(f"/tiles/legend/{address}").json()["layers"]}


@pytest.mark.parametrize("name", ["disaster", "city-dark", "base"])
def test_the_legend_of_a_style_has_every_layer_of_the_style(name):
    drawn = {
        layer["source-layer"].removesuffix("-labels")
        for layer in style.build_style(name, Audience.PUBLIC, "/")["layers"]
        if "source" in layer
    }
    found = entries(f"{name}.json")
    assert set(found) == drawn
    assert {entry["id"] for entry in found.values() if entry["ground"]} == {n for n in drawn if n.startswith("base-")}


def test_every_symbol_has_all_that_is_needed_to_draw_it():
    needed = {
        "fill": {"color", "opacity"},
        "line": {"color", "width", "dash"},
        "circle": {"color", "outline", "size"},
        "icon": {"name", "image", "size"},
        "text": {"color", "halo", "size"},
    }
    for entry in entries("city.json").values():
        assert entry["rows"]
        for row in entry["rows"]:
            for symbol in row["symbols"]:
                assert needed[symbol["type"]] <= set(symbol) or {"pattern", "image"} <= set(symbol), entry["id"]


def test_a_legend_is_in_the_language_theme_and_colours_that_were_asked_for():
    depths = entries("city.json?lang=en")["hazard-zones"]
    assert (depths["title"], depths["rows"][1]["text"]) == ("Hazard zones", "0.5 m to less than 3 m")
    assert depths["bounds"] is True
    assert [row["values"] for row in depths["rows"]] == [[0], [0.5], [3], [5], [10], [20], [None]]
    assert depths["colours"] == ["official", "cud"]
    safe = entries("city.json?colours=cud")["hazard-zones"]
    assert safe["rows"][0]["symbols"][0]["color"] != depths["rows"][0]["symbols"][0]["color"]
    light, dark = (
        entries(f"{name}.json")["closures"]["rows"][0]["symbols"][0]["color"] for name in ("city", "city-dark")
    )
    assert light != dark


def test_one_layer_has_a_legend_of_its_own():
    assert set(entries("facilities.json")) == {"facilities"}
    (row,) = (row for row in entries("facilities.json")["facilities"]["rows"] if row["values"] == ["library"])
    assert row["symbols"][-1]["image"].endswith("/library.svg")


def test_what_may_not_be_seen_has_no_legend(monkeypatch):
    monkeypatch.setitem(registry._layers, "facilities", replace(registry.get("facilities"), read=Audience.STAFF))
    assert "facilities" not in Client().get("/tiles/legend/city.json").content.decode()
    answer = Client().get("/tiles/legend/facilities.json")
    assert answer.status_code == 404
    assert answer.json()["detail"].replace("facilities", "x") == Client().get("/tiles/legend/x.json").json()["detail"]
    alerts = replace(registry.get("alerts"))
    public, staff = (
        legend_document.of_layer(alerts, audience)["layers"][0]["rows"]
        for audience in (Audience.PUBLIC, Audience.STAFF)
    )
    assert [row["text"] for row in public] == ["発表中の情報"]
    assert [row["text"] for row in staff] == ["発表中の情報", "訓練", "取消"]


def test_a_legend_that_is_known_is_304():
    tag = Client().get("/tiles/legend/city.json").headers["ETag"]
    assert Client().get("/tiles/legend/city.json", headers={"If-None-Match": tag}).status_code == 304
    assert Client().head("/tiles/legend/city.json").status_code == 200
    assert Client().delete("/tiles/legend/city.json").status_code == 405
