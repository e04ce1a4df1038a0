"""Alerts: messages of 気象庁防災情報XML and of the Common Alerting Protocol (OASIS CAP 1.0 to 1.2), one row a warning.

`state` decides who sees a row: exercises and cancelled warnings are for staff alone, and `title` says 【訓練】 of an
exercise wherever it is shown.
"""

from django.contrib.gis.db import models

from layers import registry
from layers.feature import Feature, geometry
from layers.spec import Field, LayerSpec, OpenData, Period, RowRule, Style, Text
from layers.tiling import Tiling

STATES = {
    "live": Text("発表中の情報", "Live"),
    "exercise": Text("訓練", "Exercise"),
    "cancelled": Text("取消", "Cancelled"),
}
KINDS = {
    "earthquake": Text("地震", "Earthquake"),
    "tsunami": Text("津波", "Tsunami"),
    "weather": Text("気象", "Weather"),
    "fire": Text("火災", "Fire"),
    "other": Text("その他", "Other"),
}
MESSAGE_TYPES = {
    "alert": Text("発表", "Alert"),
    "update": Text("訂正・更新", "Update"),
    "cancel": Text("取消", "Cancel"),
}


class Alert(Feature):
    """A warning as its last message left it. `references` names the messages before, one a line."""

    title = models.CharField(max_length=300)
    identifier = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    msg_type = models.CharField(max_length=20)
    urgency = models.CharField(max_length=20, blank=True, db_default="")
    severity = models.CharField(max_length=20, blank=True, db_default="")
    certainty = models.CharField(max_length=20, blank=True, db_default="")
    headline = models.TextField(blank=True, db_default="")
    description = models.TextField(blank=True, db_default="")
    instruction = models.TextField(blank=True, db_default="")
    sent_at = models.DateTimeField()
    onset_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    max_intensity = models.CharField(max_length=10, blank=True, db_default="")
    city_intensity = models.CharField(max_length=10, blank=True, db_default="")
    magnitude = models.FloatField(null=True)
    depth_km = models.FloatField(null=True)
    language = models.CharField(max_length=20, blank=True, db_default="")
    references = models.TextField(blank=True, db_default="")
    geometry = geometry(models.GeometryField)


ALERTS = registry.add(
    LayerSpec(
        "alerts",
        Alert,
        Text("警報・注意報など", "Alerts"),
        Text("気象庁などが発表した防災情報。", "Messages of warning centres about dangers."),
        fields=(
            Field("title", Text("件名", "Title")),
            Field("identifier", Text("電文の識別子", "Identifier of the message")),
            Field("publisher", Text("発表機関", "Publisher")),
            Field("kind", Text("種別", "Kind"), codes=KINDS),
            Field("state", Text("状態", "State"), codes=STATES),
            Field("msg_type", Text("情報の形態", "Type of message"), codes=MESSAGE_TYPES),
            Field("urgency", Text("緊急度", "Urgency")),
            Field("severity", Text("深刻度", "Severity")),
            Field("certainty", Text("確実度", "Certainty")),
            Field("headline", Text("見出し", "Headline")),
            Field("description", Text("内容", "Description")),
            Field("instruction", Text("とるべき行動", "What to do")),
            Field("sent_at", Text("発表日時", "Sent at")),
            Field("onset_at", Text("発生・開始日時", "Onset")),
            Field("expires_at", Text("期限", "Expires at")),
            Field("max_intensity", Text("最大震度", "Highest seismic intensity")),
            Field("city_intensity", Text("市内の震度", "Seismic intensity in the city")),
            Field("magnitude", Text("マグニチュード", "Magnitude")),
            Field("depth_km", Text("震源の深さ", "Depth"), unit="km"),
            Field("language", Text("言語", "Language")),
            Field("references", Text("以前の電文", "Earlier messages")),
        ),
        style=Style(
            "fill",
            colour="#c0182b",
            outline="#7a0f1b",
            opacity=0.2,
            by="state",
            colours={"live": "#c0182b", "exercise": "#6b6b6b", "cancelled": "#b0b0b0"},
            label="title",
        ),
        open_data=OpenData(
            "CC-BY-4.0", Text("出典：気象庁（気象庁防災情報XML）ほか", "Japan Meteorological Agency and others")
        ),
        zooms=range(4, 19),
        tiling=Tiling(
            detail_zoom=12,
            fields={"title": 4, "headline": 4},
            smallest_px=0,
            first=("-sent_at",),
        ),
        period=Period("onset_at", "expires_at"),
        rows=RowRule("state", ("live",)),
        kind_field="kind",
    )
)
