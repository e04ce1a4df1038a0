"""Where a hazard is expected: flood depths, landslide warning zones."""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import CITY_OPEN_DATA, HAZARDS
from layers.feature import Feature, geometry
from layers.spec import Field, LayerSpec, Style, Text


class HazardZone(Feature):
    """An area in which a hazard is expected, with the depth class where it is a flood."""

    name = models.CharField(max_length=200, blank=True, db_default="")
    hazard = models.CharField(max_length=20)
    depth_class = models.CharField(max_length=50, blank=True, db_default="")
    depth_min_m = models.FloatField(null=True)
    depth_max_m = models.FloatField(null=True)
    geometry = geometry(models.MultiPolygonField)


HAZARD_ZONES = registry.add(
    LayerSpec(
        "hazard-zones",
        HazardZone,
        Text("災害想定区域", "Hazard zones"),
        Text("浸水や土砂災害が想定される区域。", "Areas where flooding or landslides are expected."),
        fields=(
            Field("name", Text("名称", "Name")),
            Field("hazard", Text("災害種別", "Hazard"), codes=HAZARDS),
            Field("depth_class", Text("浸水深の区分", "Depth class"), source=("最大浸水深",)),
            Field("depth_min_m", Text("浸水深（以上）", "Depth from"), unit="m"),
            Field("depth_max_m", Text("浸水深（未満）", "Depth below"), unit="m"),
        ),
        # Fill colours of the depth classes: 国土交通省「水害ハザードマップ作成の手引き」, by lower bound in metres.
        # A zone without a depth (landslides) has a colour that stands for none.
        style=Style(
            "fill",
            colour="#c9b39b",
            outline="#a5655f",
            by="depth_min_m",
            colours={
                0: "#f7f5a9",
                0.5: "#ffd8c0",
                3: "#ffb7b7",
                5: "#ff9191",
                10: "#f285c9",
                20: "#dc7adc",
            },
            safe_colours={
                0: "#fff6a8",
                0.5: "#9fdcae",
                3: "#4fb8b0",
                5: "#3387b5",
                10: "#35509c",
                20: "#2e1357",
            },
            patterns={0: "depth-1", 0.5: "depth-2", 3: "depth-3", 5: "depth-4", 10: "depth-5", 20: "depth-6"},
            pattern_otherwise="zone",
            opacity=0.6,
            label="depth_class",
        ),
        open_data=CITY_OPEN_DATA,
        zooms=range(10, 19),
        kind_field="hazard",
    )
)
