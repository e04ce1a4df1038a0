"""The walking network and the courses on it.

Columns and codes: 国土交通省「歩行空間ネットワークデータ整備仕様」(July 2024), tables 3.2, 3.3 and 3.8.
99 is the specification's 不明 and is never read as "no".
"""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import CITY_OPEN_DATA, UNKNOWN
from layers.catalog.pedestrian_codes import (
    AIDS,
    BUS_STOPS,
    DIRECTIONS,
    DITCHES,
    DOORS,
    ELEVATORS,
    HANDRAILS,
    IN_OUT,
    MAIN_USERS,
    RESTRICTIONS,
    ROOFS,
    ROUTE_TYPES,
    SIGNALS,
    SLOPES,
    SOUNDS,
    STEPS,
    STRUCTURES,
    SURFACE_CONDITIONS,
    TACTILE_PAVING,
    WIDTHS,
)
from layers.feature import Feature, geometry
from layers.spec import Field, Gazetteer, Impact, LayerSpec, OpenData, Style, Text


def _code() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(db_default=UNKNOWN)


class PedestrianNode(Feature):
    """歩行空間ノード: where links meet."""

    floor = models.FloatField(null=True)
    elevation_m = models.FloatField(null=True)
    in_out = _code()
    geometry = geometry(models.PointField)


class PedestrianLink(Feature):
    """歩行空間リンク: a stretch that can be walked, from node `start_id` to node `end_id`.

    All 54 items of the specification are kept. `slope_code` is directional (seen from the start); `edition` says by
    which edition the publisher coded it, `original` what he wrote where that had to be translated. Times and dates
    are text, because 99 (不明) and nothing (無制限) are told apart in them.
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
    rank = models.CharField(max_length=3, blank=True, db_default="")
    rank_method = models.CharField(max_length=3, blank=True, db_default="")
    maintained_on = models.CharField(max_length=10, blank=True, db_default="")
    signal_sound = _code()
    opens_at = models.CharField(max_length=4, blank=True, db_default="")
    closes_at = models.CharField(max_length=4, blank=True, db_default="")
    service_start = models.CharField(max_length=10, blank=True, db_default="")
    service_end = models.CharField(max_length=10, blank=True, db_default="")
    closed_weekdays = models.CharField(max_length=7, blank=True, db_default="")
    restriction = _code()
    cross_slope_max_percent = models.FloatField(null=True)
    surface_condition = _code()
    open_ditch = _code()
    bus_stop = _code()
    aid = _code()
    door = _code()
    vehicles_per_day = models.PositiveIntegerField(null=True)
    main_user = _code()
    width_min_lat = models.FloatField(null=True)
    width_min_lon = models.FloatField(null=True)
    slope_max_lat = models.FloatField(null=True)
    slope_max_lon = models.FloatField(null=True)
    cross_slope_max_lat = models.FloatField(null=True)
    cross_slope_max_lon = models.FloatField(null=True)
    step_max_lat = models.FloatField(null=True)
    step_max_lon = models.FloatField(null=True)
    bus_stop_lat = models.FloatField(null=True)
    bus_stop_lon = models.FloatField(null=True)
    aid_lat = models.FloatField(null=True)
    aid_lon = models.FloatField(null=True)
    elevator_lat = models.FloatField(null=True)
    elevator_lon = models.FloatField(null=True)
    signal_lat = models.FloatField(null=True)
    signal_lon = models.FloatField(null=True)
    edition = models.CharField(max_length=10, blank=True, db_default="")
    original = models.TextField(blank=True, db_default="")
    geometry = geometry(models.LineStringField)


class WalkingCourse(Feature):
    """A course for walks."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="")
    length_m = models.FloatField(null=True)
    geometry = geometry(models.MultiLineStringField)


_TIME = Text("HHMM。空欄は制限なし、99は不明。", "HHMM. Empty: no restriction; 99: not known.")
_DAY = Text("YYYY-MM-DD。空欄は制限なし、99は不明。", "YYYY-MM-DD. Empty: no restriction; 99: not known.")


def _place(item: str, ja: str, en: str, *columns: str) -> tuple[Field, Field]:
    """Latitude and longitude at which a value of the link was found."""
    return (
        Field(f"{item}_lat", Text(f"{ja}の緯度", f"Latitude of {en}"), unit="deg", source=columns[:1], tiled=False),
        Field(f"{item}_lon", Text(f"{ja}の経度", f"Longitude of {en}"), unit="deg", source=columns[1:], tiled=False),
    )


_FURTHER_ITEMS = (
    Field(
        "rank",
        Text("ランク", "Rank"),
        Text(
            "幅員・縦断勾配・段差の順に、S・A・B・C・Z（通行不可）・X（不明）。",
            "Width, slope and step in this order: S, A, B, C, Z (impassable), X (not known).",
        ),
        source=("rank",),
        tiled=False,
    ),
    Field(
        "rank_method",
        Text("ランクの把握方法", "How the rank was found"),
        Text(
            "幅員・縦断勾配・段差の順に、1 現地測量、2 走行軌跡。",
            "Width, slope, step: 1 survey, 2 trace of a wheelchair.",
        ),
        source=("r_method",),
        tiled=False,
    ),
    Field("maintained_on", Text("整備年月日", "Surveyed on"), source=("maint_date",), tiled=False),
    Field(
        "signal_sound",
        Text("信号機の音響設備", "Sound of the signal"),
        codes=SOUNDS,
        source=("tfc_s_type",),
        tiled=False,
    ),
    Field("opens_at", Text("供用開始時間", "Opens at"), _TIME, source=("start_time",), tiled=False),
    Field("closes_at", Text("供用終了時間", "Closes at"), _TIME, source=("end_time",), tiled=False),
    Field("service_start", Text("供用開始日", "In service from"), _DAY, source=("start_date",), tiled=False),
    Field("service_end", Text("供用終了日", "In service until"), _DAY, source=("end_date",), tiled=False),
    Field(
        "closed_weekdays",
        Text("供用制限曜日", "Closed on"),
        Text(
            "1（月）から7（日）。空欄は無休、99は不明。",
            "1 (Monday) to 7 (Sunday). Empty: never closed; 99: not known.",
        ),
        source=("no_serv_d",),
        tiled=False,
    ),
    Field("restriction", Text("通行制限", "Restriction"), codes=RESTRICTIONS, source=("tfc_restr",), tiled=False),
    Field(
        "cross_slope_max_percent",
        Text("最大横断勾配", "Steepest cross slope"),
        unit="%",
        source=("hSlope_max",),
        tiled=False,
    ),
    Field(
        "surface_condition",
        Text("路面状況", "Condition of the surface"),
        codes=SURFACE_CONDITIONS,
        source=("condition",),
        tiled=False,
    ),
    Field("open_ditch", Text("蓋のない溝・水路", "Open ditch"), codes=DITCHES, source=("waterway",), tiled=False),
    Field("bus_stop", Text("バス停", "Bus stop"), codes=BUS_STOPS, source=("bus_stop",), tiled=False),
    Field("aid", Text("補助施設", "Aids"), codes=AIDS, source=("facility",), tiled=False),
    Field("door", Text("扉の種類", "Door"), codes=DOORS, source=("door_type",), tiled=False),
    Field(
        "vehicles_per_day",
        Text("日交通量", "Vehicles a day"),
        unit="{vehicle}/d",
        source=("day_trfc",),
        tiled=False,
    ),
    Field("main_user", Text("主な利用者", "Mainly used by"), codes=MAIN_USERS, source=("main_user",), tiled=False),
)
"""What the finder of a way does not need, but whoever looks after the network does."""

_PLACES = (
    *_place("width_min", "最小幅員", "the narrowest width", "w_min_lat", "w_min_lon"),
    *_place("slope_max", "最大勾配", "the steepest slope", "vSlope_lat", "vSlope_lon"),
    *_place("cross_slope_max", "最大横断勾配", "the steepest cross slope", "hSlope_lat", "hSlope_lon"),
    *_place("step_max", "最大段差", "the highest step", "levDif_lat", "levDif_lon"),
    *_place("bus_stop", "バス停", "the bus stop", "bus_s_lat", "bus_s_lon"),
    *_place("aid", "補助施設", "the aid", "facil_lat", "facil_lon"),
    *_place("elevator", "エレベーター", "the elevator", "elev_lat", "elev_lon"),
    *_place("signal", "信号機", "the signal", "tfc_s_lat", "tfc_s_lon"),
)


NODES = registry.add(
    LayerSpec(
        "pedestrian-nodes",
        PedestrianNode,
        Text("歩行空間ノード", "Pedestrian nodes"),
        Text("歩行空間ネットワークの結節点。", "Where the links of the walking network meet."),
        fields=(
            Field("floor", Text("階層", "Floor"), source=("floor", "ordinal")),
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
            Field("start_id", Text("起点ノード", "Start node"), source=("start_id",), reference="pedestrian-nodes"),
            Field("end_id", Text("終点ノード", "End node"), source=("end_id",), reference="pedestrian-nodes"),
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
            Field("surface", Text("舗装の種類", "Paving")),
            *_FURTHER_ITEMS,
            *_PLACES,
            Field("edition", Text("整備仕様の版", "Edition of the specification")),
            Field(
                "original",
                Text("変換前の値", "Values before translation"),
                Text(
                    "2018年版の符号を2024年版に読み替えたときの元の値（JSON）。",
                    "What the publisher wrote where codes of 2018 were translated into those of 2024 (JSON).",
                ),
                tiled=False,
            ),
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
        gazetteer=Gazetteer("course"),
    )
)
