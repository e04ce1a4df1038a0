"""Evacuation sites and shelters; and what happens in a disaster: damage, reports, closures.

Field names follow デジタル庁 GIF DS-455-1 (EEI) and the columns of 国土地理院「指定緊急避難場所・指定避難所データ」.
"""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import (
    ACTIVE_OR_RESOLVED,
    CITY_OPEN_DATA,
    CROWDING,
    HAZARDS,
    OPENING_STATUS,
)
from layers.feature import Feature, geometry
from layers.spec import Audience, Field, FlagList, Gazetteer, Impact, LayerSpec, OpenData, Period, RowRule, Style, Text
from layers.tiling import Tiling

GSI_OPEN_DATA = OpenData(
    "国土地理院コンテンツ利用規約",
    Text(
        "出典：国土地理院「指定緊急避難場所・指定避難所データ」を加工して作成",
        "Made from designated emergency evacuation sites and shelters, Geospatial Information Authority of Japan",
    ),
)

SHELTER_TYPES = {
    "general": Text("一般避難所", "General shelter"),
    "welfare": Text("福祉避難所", "Welfare shelter"),
    "unknown": Text("不明", "Not known"),
}

DAMAGE_KINDS = {
    "collapse": Text("建物倒壊", "Collapsed buildings"),
    "fire": Text("火災", "Fire"),
    "flood": Text("浸水", "Flooding"),
    "landslide": Text("土砂災害", "Landslide"),
    "liquefaction": Text("液状化", "Liquefaction"),
    "road": Text("道路の損壊", "Damaged road"),
    "other": Text("その他", "Other"),
}

REPORT_STATUS = {
    "received": Text("受付", "Received"),
    "confirmed": Text("確認済み", "Confirmed"),
    "resolved": Text("対応済み", "Dealt with"),
    "rejected": Text("誤報・対象外", "Not applicable"),
}

RESTRICTIONS = {
    "closed": Text("通行止め", "Closed"),
    "lane": Text("車線規制", "Lane restriction"),
    "alternating": Text("片側交互通行", "Alternating one way"),
    "other": Text("その他", "Other"),
}


class EvacuationSite(Feature):
    """指定緊急避難場所: where to flee to. Each hazard has its own flag; a site is safe for those alone.

    `place_number` is the five-digit site number inside 共通ID: equal numbers are the same place,
    also among the shelters. Names never join.
    """

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=200, blank=True, db_default="")
    place_number = models.CharField(max_length=5, blank=True, db_default="", db_index=True)
    flood = models.BooleanField(db_default=False)
    landslide = models.BooleanField(db_default=False)
    storm_surge = models.BooleanField(db_default=False)
    earthquake = models.BooleanField(db_default=False)
    tsunami = models.BooleanField(db_default=False)
    fire = models.BooleanField(db_default=False)
    inland_flood = models.BooleanField(db_default=False)
    volcano = models.BooleanField(db_default=False)
    also_shelter = models.BooleanField(null=True)
    opening_status = models.CharField(max_length=20, db_default="unknown")
    crowding = models.CharField(max_length=20, blank=True, db_default="")
    observed_at = models.DateTimeField(null=True)
    remarks = models.TextField(blank=True, db_default="")
    staff_note = models.TextField(blank=True, db_default="")
    geometry = geometry(models.PointField)


class Shelter(Feature):
    """指定避難所: where to stay. Its capacity is unknown unless its source states it."""

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=200, blank=True, db_default="")
    place_number = models.CharField(max_length=5, blank=True, db_default="", db_index=True)
    shelter_type = models.CharField(max_length=20, db_default="unknown")
    accepts = models.CharField(max_length=200, blank=True, db_default="")
    also_site = models.BooleanField(null=True)
    capacity_people = models.PositiveIntegerField(null=True)
    opening_status = models.CharField(max_length=20, db_default="unknown")
    crowding = models.CharField(max_length=20, blank=True, db_default="")
    evacuees_people = models.PositiveIntegerField(null=True)
    observed_at = models.DateTimeField(null=True)
    other_matters = models.TextField(blank=True, db_default="")
    remarks = models.TextField(blank=True, db_default="")
    contact_phone = models.CharField(max_length=50, blank=True, db_default="")
    geometry = geometry(models.PointField)


class DamageArea(Feature):
    """被害範囲（領域）: an area that is damaged, as drawn by staff."""

    kind = models.CharField(max_length=20, db_default="other")
    description = models.TextField(blank=True, db_default="")
    status = models.CharField(max_length=20, db_default="active")
    blocks_walking = models.BooleanField(db_default=True)
    occurred_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    staff_note = models.TextField(blank=True, db_default="")
    drawn_by = models.CharField(max_length=150, blank=True, db_default="")
    geometry = geometry(models.MultiPolygonField)


class DamageReport(Feature):
    """被害通報: what somebody saw at a point. Shown to all once confirmed."""

    kind = models.CharField(max_length=20, db_default="other")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="")
    status = models.CharField(max_length=20, db_default="received")
    occurred_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    staff_note = models.TextField(blank=True, db_default="")
    geometry = geometry(models.PointField)


class Closure(Feature):
    """通行止め情報（規制情報）: a stretch of road or path that cannot be used."""

    road_name = models.CharField(max_length=200, blank=True, db_default="")
    restriction = models.CharField(max_length=20, db_default="closed")
    reason = models.CharField(max_length=300, blank=True, db_default="")
    status = models.CharField(max_length=20, db_default="active")
    applies_to_walkers = models.BooleanField(db_default=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    staff_note = models.TextField(blank=True, db_default="")
    geometry = geometry(models.MultiLineStringField)


_STAFF_NOTE = Field("staff_note", Text("職員メモ", "Staff note"), read=Audience.DISASTER_STAFF)
_OBSERVED_AT = Field("observed_at", Text("確認日時", "Observed at"), source=("確認日時", "時点"))
_PUBLISHED_AT = Field("published_at", Text("公表日時", "Published at"))
_OPENING_STATUS = Field("opening_status", Text("開設状況", "Opening status"), codes=OPENING_STATUS)
_CROWDING = Field("crowding", Text("混雑状況", "Crowding"), codes=CROWDING)
_TILES_AND_ROUTING = frozenset({Impact.TILES, Impact.ROUTING})

EVACUATION_SITES = registry.add(
    LayerSpec(
        "evacuation-sites",
        EvacuationSite,
        Text("指定緊急避難場所", "Emergency evacuation sites"),
        Text(
            "命を守るために逃げる場所。災害の種別ごとに指定されている。",
            "Where to flee to save one's life. Designated for each hazard separately.",
        ),
        fields=(
            Field("name", Text("名称", "Name"), source=("施設・場所名", "名称", "施設名", "name")),
            Field("address", Text("住所", "Address"), source=("住所", "所在地_連結表記", "address")),
            Field("place_number", Text("共通IDの場所番号", "Place number in the common id")),
            *(Field(key, title, source=(title.ja, f"災害種別_{title.ja}")) for key, title in HAZARDS.items()),
            Field(
                "also_shelter",
                Text("指定避難所との重複", "Also a shelter"),
                source=("指定避難所との住所同一", "指定避難所との重複"),
            ),
            _OPENING_STATUS,
            _CROWDING,
            _OBSERVED_AT,
            Field("remarks", Text("備考", "Remarks"), source=("備考",)),
            _STAFF_NOTE,
        ),
        style=Style("icon", colour="#0b7a3b", outline="#ffffff", icon="evacuation-site", label="name"),
        open_data=GSI_OPEN_DATA,
        zooms=range(10, 19),
        tiling=Tiling(detail_zoom=11, gather_below=11),
        edit=Audience.DISASTER_STAFF,
        gazetteer=Gazetteer("site", address="address", same_place="place_number"),
        lists=(FlagList("hazards", Text("対応する災害種別", "Hazards it is for"), tuple(HAZARDS)),),
        impacts=_TILES_AND_ROUTING,
    )
)

SHELTERS = registry.add(
    LayerSpec(
        "shelters",
        Shelter,
        Text("指定避難所", "Evacuation shelters"),
        Text(
            "災害で家に戻れない人が一定の期間とどまる施設。",
            "Where people stay who cannot return home after a disaster.",
        ),
        fields=(
            Field("name", Text("名称", "Name"), source=("施設・場所名", "名称", "施設名", "name")),
            Field("address", Text("住所", "Address"), source=("住所", "所在地_連結表記", "address")),
            Field("place_number", Text("共通IDの場所番号", "Place number in the common id")),
            Field("shelter_type", Text("避難所の種類", "Type of shelter"), codes=SHELTER_TYPES),
            Field("accepts", Text("受入対象者", "Who is accepted"), source=("受入対象者",)),
            Field(
                "also_site",
                Text("指定緊急避難場所との重複", "Also an evacuation site"),
                source=("指定緊急避難場所との住所同一",),
            ),
            Field(
                "capacity_people",
                Text("想定収容人数", "Capacity"),
                source=("想定収容人数", "収容人数", "capacity"),
                unit="{person}",
            ),
            _OPENING_STATUS,
            _CROWDING,
            Field(
                "evacuees_people",
                Text("避難者数（総数）", "People staying"),
                source=("避難者数", "人数"),
                unit="{person}",
            ),
            _OBSERVED_AT,
            Field(
                "other_matters",
                Text("その他市町村長が必要と認める事項", "Other matters"),
                source=("その他市町村長が必要と認める事項",),
            ),
            Field("remarks", Text("備考", "Remarks"), source=("備考",)),
            Field("contact_phone", Text("連絡先", "Contact phone"), source=("電話番号",), read=Audience.STAFF),
        ),
        style=Style("icon", colour="#1f5a96", outline="#ffffff", icon="shelter", label="name"),
        open_data=GSI_OPEN_DATA,
        zooms=range(10, 19),
        tiling=Tiling(detail_zoom=11, gather_below=11, first=("-capacity_people",)),
        edit=Audience.DISASTER_STAFF,
        gazetteer=Gazetteer("shelter", address="address", same_place="place_number"),
        kind_field="shelter_type",
    )
)

DAMAGE_AREAS = registry.add(
    LayerSpec(
        "damage-areas",
        DamageArea,
        Text("被害範囲", "Damage areas"),
        Text("職員が描いた被害の範囲。", "Areas of damage as drawn by staff."),
        fields=(
            Field("kind", Text("災害種別", "Kind of damage"), codes=DAMAGE_KINDS),
            Field("description", Text("被害状況", "Description")),
            Field("status", Text("状態", "State"), codes=ACTIVE_OR_RESOLVED),
            Field("blocks_walking", Text("歩行者は通れない", "Closed to walkers")),
            Field("occurred_at", Text("発生日時", "Occurred at")),
            _OBSERVED_AT,
            _PUBLISHED_AT,
            Field("resolved_at", Text("解消日時", "Resolved at")),
            _STAFF_NOTE,
            Field("drawn_by", Text("記入者", "Drawn by"), read=Audience.DISASTER_STAFF),
        ),
        style=Style(
            "fill",
            colour="#e8501f",
            outline="#b3300a",
            opacity=0.35,
            pattern="hatch",
            by="status",
            colours={"active": "#e8501f", "resolved": "#8a8a8a"},
            label="description",
        ),
        open_data=CITY_OPEN_DATA,
        zooms=range(8, 19),
        tiling=Tiling(detail_zoom=8, smallest_px=0, first=("status",)),
        edit=Audience.DISASTER_STAFF,
        period=Period("occurred_at", "resolved_at"),
        kind_field="kind",
        impacts=_TILES_AND_ROUTING,
    )
)

DAMAGE_REPORTS = registry.add(
    LayerSpec(
        "damage-reports",
        DamageReport,
        Text("被害通報", "Damage reports"),
        Text("確認された被害の通報。", "Reports of damage that have been confirmed."),
        fields=(
            Field("kind", Text("災害種別", "Kind of damage"), codes=DAMAGE_KINDS),
            Field("title", Text("件名", "Title")),
            Field("description", Text("被害状況", "Description")),
            Field("status", Text("状態", "State"), codes=REPORT_STATUS),
            Field("occurred_at", Text("発生日時", "Occurred at")),
            _OBSERVED_AT,
            _PUBLISHED_AT,
            _STAFF_NOTE,
        ),
        style=Style("icon", colour="#c0392b", outline="#ffffff", icon="report", label="title"),
        open_data=CITY_OPEN_DATA,
        zooms=range(10, 19),
        # Reports come in hundreds from one street; staff and residents look at them one by one from a district on.
        tiling=Tiling(detail_zoom=14, fields={"title": 12}, gather_below=12, gather_by="kind", first=("-occurred_at",)),
        edit=Audience.DISASTER_STAFF,
        period=Period("occurred_at", "occurred_at"),
        kind_field="kind",
        rows=RowRule("status", ("confirmed", "resolved")),
    )
)

CLOSURES = registry.add(
    LayerSpec(
        "closures",
        Closure,
        Text("通行規制", "Closures"),
        Text("通れない道路や通路の区間。", "Stretches of road or path that cannot be used."),
        fields=(
            Field("road_name", Text("路線名", "Road"), source=("路線名",)),
            Field("restriction", Text("規制種別", "Restriction"), codes=RESTRICTIONS, source=("規制種別",)),
            Field("reason", Text("規制理由", "Reason"), source=("規制理由",)),
            Field("status", Text("状態", "State"), codes=ACTIVE_OR_RESOLVED),
            Field("applies_to_walkers", Text("歩行者も通行止め", "Also closed to walkers")),
            Field("starts_at", Text("規制開始", "From")),
            Field("ends_at", Text("規制終了", "Until")),
            _OBSERVED_AT,
            _PUBLISHED_AT,
            _STAFF_NOTE,
        ),
        style=Style(
            "line",
            colour="#c0182b",
            outline="#ffffff",
            width_px=5,
            pattern="barred",
            by="status",
            colours={"active": "#c0182b", "resolved": "#8a8a8a"},
            label="road_name",
        ),
        open_data=CITY_OPEN_DATA,
        zooms=range(10, 19),
        tiling=Tiling(detail_zoom=10, smallest_px=0, first=("status",)),
        edit=Audience.DISASTER_STAFF,
        period=Period("starts_at", "ends_at"),
        kind_field="restriction",
        impacts=_TILES_AND_ROUTING,
    )
)
