"""Outline of the city and its towns (町丁目)."""

from django.contrib.gis.db import models

from layers import registry
from layers.feature import Feature, geometry
from layers.spec import Certainty, Field, Gazetteer, LayerSpec, OpenData, Style, Text


class Boundary(Feature):
    """A municipality's outline; `id` is its six-digit code."""

    name = models.CharField(max_length=100)
    prefecture_name = models.CharField(max_length=20, blank=True, db_default="")
    geometry = geometry(models.MultiPolygonField)


class Town(Feature):
    """A 町丁目 by its representative point: never to be shown as an exact address."""

    name = models.CharField(max_length=100)
    geometry = geometry(models.PointField)


BOUNDARIES = registry.add(
    LayerSpec(
        "boundaries",
        Boundary,
        Text("行政区域", "Municipal boundaries"),
        Text("市区町村の外形線。", "Outlines of municipalities."),
        fields=(
            Field("name", Text("市区町村名", "Municipality"), source=("N03_004", "name", "市区町村名")),
            Field("prefecture_name", Text("都道府県名", "Prefecture"), source=("N03_001", "都道府県名")),
        ),
        style=Style("line", colour="#5b4b8a", width_px=2.0, pattern="dash", label="name"),
        open_data=OpenData(
            "国土数値情報利用約款（CC-BY-4.0互換）",
            Text(
                "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成",
                "Made from National Land Numerical Information (administrative areas), MLIT Japan",
            ),
        ),
        zooms=range(6, 19),
        gazetteer=Gazetteer("city", certainty=Certainty.CITY),
    )
)

TOWNS = registry.add(
    LayerSpec(
        "towns",
        Town,
        Text("町丁目", "Towns"),
        Text(
            "町丁目の代表点。番地の位置を示すものではない。",
            "Representative points of towns (町丁目); not the position of any address.",
        ),
        fields=(Field("name", Text("町丁目名", "Town"), source=("town", "町丁目名", "所在地_町字")),),
        style=Style("label", colour="#6b6b6b", label="name"),
        open_data=OpenData(
            "CC-BY-4.0",
            Text(
                "Geolonia 住所データ（CC BY 4.0）。国土交通省位置参照情報等をもとに作成",
                "Geolonia address data (CC BY 4.0), based on MLIT position reference information",
            ),
        ),
        zooms=range(12, 19),
        gazetteer=Gazetteer("town", certainty=Certainty.TOWN),
    )
)
