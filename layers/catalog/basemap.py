"""The ground under the layers: roads, railways, buildings, water, green and place names."""

from django.contrib.gis.db import models

from layers import registry
from layers.feature import Feature, geometry
from layers.spec import Certainty, Field, Gazetteer, LayerSpec, OpenData, Style, Text
from layers.tiling import Tiling

OSM_OPEN_DATA = OpenData("ODbL-1.0", Text("© OpenStreetMap contributors", "© OpenStreetMap contributors"))

ROAD_KINDS = {
    "motorway": Text("高速道路", "Motorway"),
    "main": Text("幹線道路", "Main road"),
    "secondary": Text("主要道路", "Secondary road"),
    "street": Text("道路", "Street"),
    "service": Text("構内道路", "Service road"),
    "path": Text("歩道・小道", "Path"),
    "steps": Text("階段", "Steps"),
}
WATER_KINDS = {"area": Text("水面", "Water"), "river": Text("川", "River"), "stream": Text("小川", "Stream")}
GREEN_KINDS = {
    "park": Text("公園", "Park"),
    "wood": Text("樹林", "Wood"),
    "grass": Text("草地", "Grass"),
    "farm": Text("農地", "Farmland"),
    "pitch": Text("運動場", "Sports ground"),
}
PLACE_KINDS = {
    "city": Text("市", "City"),
    "town": Text("町", "Town"),
    "village": Text("村", "Village"),
    "quarter": Text("地区", "Quarter"),
    "station": Text("駅", "Station"),
}


class BaseRoad(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    kind = models.CharField(max_length=20)
    geometry = geometry(models.LineStringField)


class BaseRailway(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    geometry = geometry(models.LineStringField)


class BaseBuilding(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    geometry = geometry(models.MultiPolygonField)


class BaseWater(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    kind = models.CharField(max_length=20)
    geometry = geometry(models.MultiPolygonField)


class BaseWaterway(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    kind = models.CharField(max_length=20)
    geometry = geometry(models.LineStringField)


class BaseGreen(Feature):
    name = models.CharField(max_length=200, blank=True, db_default="")
    kind = models.CharField(max_length=20)
    geometry = geometry(models.MultiPolygonField)


class BasePlace(Feature):
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    geometry = geometry(models.PointField)


_NAME = Field("name", Text("名称", "Name"), source=("name",))


def _base(
    name: str,
    model: type[Feature],
    title: Text,
    style: Style,
    zooms: range,
    kinds: dict[str, Text] | None = None,
    gazetteer: Gazetteer | None = None,
) -> LayerSpec:
    fields = (_NAME,) if kinds is None else (_NAME, Field("kind", Text("種別", "Kind"), codes=kinds))
    description = Text(f"背景地図の{title.ja}。", f"{title.en} of the base map.")
    return registry.add(
        LayerSpec(
            name,
            model,
            title,
            description,
            fields,
            style,
            OSM_OPEN_DATA,
            zooms=zooms,
            gazetteer=gazetteer,
            group="base",
            kind_field=None if kinds is None else "kind",
            # The ground has more small areas than anything else, and is looked at for none of them.
            tiling=Tiling(smallest_px=4.0 if style.kind == "fill" else None),
        )
    )


GREEN = _base(
    "base-green",
    BaseGreen,
    Text("緑地", "Green"),
    Style("fill", colour="#dcebd5", by="kind", colours={"farm": "#eaf0d8", "pitch": "#d3e6dc"}),
    range(10, 19),
    GREEN_KINDS,
)
WATER = _base(
    "base-water", BaseWater, Text("水面", "Water"), Style("fill", colour="#c3dcec"), range(8, 19), WATER_KINDS
)
WATERWAYS = _base(
    "base-waterways",
    BaseWaterway,
    Text("河川", "Waterways"),
    Style("line", colour="#b4d3e7", width_px=2.5, label="name"),
    range(10, 19),
    WATER_KINDS,
)
BUILDINGS = _base(
    "base-buildings",
    BaseBuilding,
    Text("建物", "Buildings"),
    Style("fill", colour="#ebe7e0", outline="#ddd7cd"),
    range(14, 19),
)
ROADS = _base(
    "base-roads",
    BaseRoad,
    Text("道路", "Roads"),
    Style(
        "line",
        colour="#ffffff",
        outline="#d6d1c8",
        by="kind",
        colours={"motorway": "#f7e0b8", "main": "#fbf0d6", "path": "#ddd0b8", "steps": "#cdb09a"},
        width_px=5,
        label="name",
    ),
    range(9, 19),
    ROAD_KINDS,
)
RAILWAYS = _base(
    "base-railways",
    BaseRailway,
    Text("鉄道", "Railways"),
    Style("line", colour="#a3a19d", width_px=3, pattern="rail"),
    range(9, 19),
)
PLACES = _base(
    "base-places",
    BasePlace,
    Text("地名", "Places"),
    Style("label", colour="#555555", label="name"),
    range(8, 19),
    PLACE_KINDS,
    # All but a station are labels of something that is large: never a position.
    Gazetteer(
        "",
        by="kind",
        certainty=Certainty.TOWN,
        areas={"station": Certainty.EXACT, "city": Certainty.CITY},
    ),
)
