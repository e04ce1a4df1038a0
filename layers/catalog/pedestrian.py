"""The walking network and the courses on it.

Columns and codes: 国土交通省「歩行空間ネットワークデータ整備仕様」(July 2024), tables 3.2, 3.3 and 3.8.
99 is the specification's 不明 and is never read as "no".
"""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import CITY_OPEN_DATA, UNKNOWN
from layers.feature import Feature, geometry
from layers.spec import Field, Impact, LayerSpec, OpenData, Style, Text

_NOT_KNOWN = {UNKNOWN: Text("不明", "Not known")}

IN_OUT = {1: Text("屋外", "Outside"), 2: Text("境界", "Boundary"), 3: Text("屋内", "Inside"), **_NOT_KNOWN}
STRUCTURES = {
    1: Text("車道と物理的に分離された歩道", "Separated pavement"),
    2: Text("分離されていない通路", "Not separated from traffic"),
    3: Text("横断歩道", "Crossing"),
    4: Text("横断歩道のない横断", "Unmarked crossing"),
    5: Text("地下通路", "Underground passage"),
    6: Text("歩道橋・デッキ", "Footbridge"),
    7: Text("施設内通路", "Inside a facility"),
    8: Text("その他", "Other"),
    **_NOT_KNOWN,
}
ROUTE_TYPES = {
    1: Text("なし", "Plain way"),
    2: Text("動く歩道", "Moving walkway"),
    3: Text("踏切", "Level crossing"),
    4: Text("エレベーター", "Elevator"),
    5: Text("エスカレーター", "Escalator"),
    6: Text("階段", "Stairs"),
    7: Text("スロープ", "Ramp"),
    **_NOT_KNOWN,
}
DIRECTIONS = {
    1: Text("両方向", "Both ways"),
    2: Text("起点から終点", "Start to end"),
    3: Text("終点から起点", "End to start"),
    **_NOT_KNOWN,
}
WIDTHS = {
    1: Text("1m未満", "Below 1 m"),
    2: Text("1m以上2m未満", "1 m to 2 m"),
    3: Text("2m以上3m未満", "2 m to 3 m"),
    4: Text("3m以上", "3 m or more"),
    **_NOT_KNOWN,
}
SLOPES = {
    1: Text("平坦", "Flat"),
    2: Text("5％以下", "Up to 5 %"),
    3: Text("5〜8％の上り", "5 to 8 % up"),
    4: Text("5〜8％の下り", "5 to 8 % down"),
    5: Text("8〜18％の上り", "8 to 18 % up"),
    6: Text("8〜18％の下り", "8 to 18 % down"),
    7: Text("18％超の上り", "Over 18 % up"),
    8: Text("18％超の下り", "Over 18 % down"),
    **_NOT_KNOWN,
}
STEPS = {
    1: Text("なし", "None"),
    2: Text("2cm以下", "Up to 2 cm"),
    3: Text("2〜5cm", "2 to 5 cm"),
    4: Text("5〜10cm", "5 to 10 cm"),
    5: Text("10cm超", "Over 10 cm"),
    **_NOT_KNOWN,
}
SIGNALS = {
    1: Text("なし", "None"),
    2: Text("歩車分離式", "Pedestrian phase"),
    3: Text("押ボタン式", "Push button"),
    4: Text("その他", "Other"),
    **_NOT_KNOWN,
}
TACTILE_PAVING = {1: Text("なし", "None"), 2: Text("あり", "Present"), **_NOT_KNOWN}
ELEVATORS = {
    1: Text("なし", "None"),
    2: Text("バリアフリー対応なし", "Not accessible"),
    3: Text("車椅子対応", "For wheelchairs"),
    4: Text("視覚障害者対応", "For visually impaired people"),
    5: Text("車椅子・視覚障害者対応", "For both"),
    **_NOT_KNOWN,
}
ROOFS = {1: Text("なし", "None"), 2: Text("あり", "Present"), **_NOT_KNOWN}
HANDRAILS = {
    1: Text("なし", "None"),
    2: Text("右側", "Right"),
    3: Text("左側", "Left"),
    4: Text("両側", "Both sides"),
    **_NOT_KNOWN,
}


def _code() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(db_default=UNKNOWN)


class PedestrianNode(Feature):
    """歩行空間ノード: where links meet."""

    floor = models.FloatField(db_default=0)
    elevation_m = models.FloatField(null=True)
    in_out = _code()
    geometry = geometry(models.PointField)


class PedestrianLink(Feature):
    """歩行空間リンク: a stretch that can be walked, from node `start_id` to node `end_id`.

    `slope_code` is directional (seen from the start); `edition` says by which specification it was coded.
    """

    start_id = models.CharField(max_length=120, db_collation="C")
    end_id = models.CharField(max_length=120, db_collation="C")
    length_m = models.FloatField()
    name = models.CharField(max_length=200, blank=True, db_default="")
    structure = _code()
    route_type = _code()
    direction = models.PositiveSmallIntegerField(db_default=1)
    width_code = _code()
    slope_code = _code()
    step_code = _code()
    signal = _code()
    tactile_paving = _code()
    elevator_kind = _code()
    roof = _code()
    handrail = _code()
    width_min_m = models.FloatField(null=True)
    slope_max_percent = models.FloatField(null=True)
    step_max_cm = models.FloatField(null=True)
    step_count = models.PositiveIntegerField(null=True)
    surface = models.CharField(max_length=50, blank=True, db_default="")
    edition = models.CharField(max_length=10, blank=True, db_default="")
    geometry = geometry(models.LineStringField)


class WalkingCourse(Feature):
    """A course for walks."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="")
    length_m = models.FloatField(null=True)
    geometry = geometry(models.MultiLineStringField)


NODES = registry.add(
    LayerSpec(
        "pedestrian-nodes",
        PedestrianNode,
        Text("歩行空間ノード", "Pedestrian nodes"),
        Text("歩行空間ネットワークの結節点。", "Where the links of the walking network meet."),
        fields=(
            Field("floor", Text("階層", "Floor"), source=("floor",)),
            Field("elevation_m", Text("標高", "Elevation"), unit="m", source=("elevation",)),
            Field("in_out", Text("屋内外区分", "Inside or outside"), codes=IN_OUT, source=("in_out",)),
        ),
        style=Style("dot", colour="#7a7a7a", width_px=3),
        open_data=CITY_OPEN_DATA,
        zooms=range(16, 19),
        impacts=frozenset({Impact.TILES, Impact.ROUTING}),
    )
)

LINKS = registry.add(
    LayerSpec(
        "pedestrian-links",
        PedestrianLink,
        Text("歩行空間リンク", "Pedestrian links"),
        Text(
            "歩行者が通れる経路。幅員・勾配・段差などを持つ。",
            "Ways that can be walked, with width, slope, steps and the like.",
        ),
        fields=(
            Field("start_id", Text("起点ノード", "Start node"), source=("start_id",)),
            Field("end_id", Text("終点ノード", "End node"), source=("end_id",)),
            Field("length_m", Text("延長", "Length"), unit="m", source=("distance",)),
            Field("name", Text("通り名称", "Street"), source=("st_name",)),
            Field("structure", Text("経路の構造", "Structure"), codes=STRUCTURES, source=("rt_struct",)),
            Field("route_type", Text("経路の種別", "Kind of way"), codes=ROUTE_TYPES, source=("route_type",)),
            Field("direction", Text("方向性", "Direction"), codes=DIRECTIONS, source=("direction",)),
            Field("width_code", Text("幅員", "Width"), codes=WIDTHS, source=("width",)),
            Field("slope_code", Text("縦断勾配", "Slope"), codes=SLOPES, source=("vtcl_slope",)),
            Field("step_code", Text("段差", "Step"), codes=STEPS, source=("lev_diff",)),
            Field("signal", Text("歩行者用信号機", "Signal"), codes=SIGNALS, source=("tfc_signal",)),
            Field(
                "tactile_paving",
                Text("誘導用ブロック", "Tactile paving"),
                codes=TACTILE_PAVING,
                source=("brail_tile",),
            ),
            Field("elevator_kind", Text("エレベーター", "Elevator"), codes=ELEVATORS, source=("elevator",)),
            Field("roof", Text("屋根", "Roof"), codes=ROOFS, source=("roof",)),
            Field("handrail", Text("手すり", "Handrail"), codes=HANDRAILS, source=("handrail",)),
            Field("width_min_m", Text("最小幅員", "Narrowest width"), unit="m", source=("w_min",)),
            Field("slope_max_percent", Text("最大勾配", "Steepest slope"), unit="%", source=("vSlope_max",)),
            Field("step_max_cm", Text("最大段差", "Highest step"), unit="cm", source=("levDif_max",)),
            Field("step_count", Text("階段の段数", "Number of steps"), source=("stair",)),
            Field("surface", Text("路面", "Surface")),
            Field("edition", Text("整備仕様の版", "Edition of the specification")),
        ),
        style=Style("line", colour="#9a7b4f", width_px=1.5),
        open_data=CITY_OPEN_DATA,
        zooms=range(14, 19),
        impacts=frozenset({Impact.TILES, Impact.ROUTING}),
    )
)

WALKING_COURSES = registry.add(
    LayerSpec(
        "walking-courses",
        WalkingCourse,
        Text("散歩コース", "Walking courses"),
        Text("健康づくりや散策のためのコース。", "Courses for walks and health."),
        fields=(
            Field("name", Text("名称", "Name"), source=("Name", "名称")),
            Field("description", Text("説明", "Description")),
            Field("length_m", Text("延長", "Length"), unit="m"),
        ),
        style=Style("line", colour="#3f8f4f", outline="#ffffff", width_px=4, label="name"),
        open_data=OpenData(
            "CC-BY-4.0",
            Text("東京都「TOKYO WALKING MAP」（CC BY 4.0）", "Tokyo Metropolis, TOKYO WALKING MAP (CC BY 4.0)"),
        ),
        zooms=range(10, 19),
    )
)
