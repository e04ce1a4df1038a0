"""Public facilities: libraries, clinics, AEDs, toilets …"""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import CITY_OPEN_DATA
from layers.feature import Feature, geometry
from layers.spec import Audience, Field, FlagList, Gazetteer, LayerSpec, Style, Text
from layers.tiling import Tiling

CATEGORIES = {
    "city_office": Text("市役所・窓口", "City office"),
    "library": Text("図書館", "Library"),
    "school": Text("学校", "School"),
    "medical": Text("医療機関", "Medical facility"),
    "welfare": Text("福祉施設", "Welfare facility"),
    "sports": Text("スポーツ施設", "Sports facility"),
    "park": Text("公園", "Park"),
    "toilet": Text("公衆トイレ", "Public toilet"),
    "aed": Text("AED", "AED"),
    "fire_water": Text("消防水利", "Water for firefighting"),
    "walking_spot": Text("散歩コースの見どころ", "Sight on a walking course"),
    "other": Text("その他", "Other"),
}

PICTOGRAMS = {
    "city_office": "city-office",
    "library": "library",
    "school": "school",
    "medical": "hospital",
    "welfare": "welfare",
    "sports": "sports",
    "park": "park",
    "toilet": "toilet",
    "aed": "aed",
    "fire_water": "fire-water",
    "walking_spot": "sight",
    "other": "facility",
}


class Facility(Feature):
    """A place that residents use."""

    name = models.CharField(max_length=200)
    name_kana = models.CharField(max_length=200, blank=True, db_default="")
    category = models.CharField(max_length=20, db_default="other")
    address = models.CharField(max_length=200, blank=True, db_default="")
    phone = models.CharField(max_length=50, blank=True, db_default="")
    opening_hours = models.CharField(max_length=300, blank=True, db_default="")
    wheelchair_accessible = models.BooleanField(null=True)
    url = models.URLField(blank=True, db_default="")
    name_en = models.CharField(max_length=200, blank=True, db_default="")
    installed_at = models.CharField(max_length=200, blank=True, db_default="")
    child_pads = models.BooleanField(null=True)
    mens_toilets = models.PositiveIntegerField(null=True)
    womens_toilets = models.PositiveIntegerField(null=True)
    shared_toilets = models.PositiveIntegerField(null=True)
    accessible_toilets = models.PositiveIntegerField(null=True)
    ostomate_toilet = models.BooleanField(null=True)
    infant_toilet = models.BooleanField(null=True)
    departments = models.TextField(blank=True, db_default="")
    description = models.TextField(blank=True, db_default="")
    remarks = models.TextField(blank=True, db_default="")
    staff_contact = models.CharField(max_length=200, blank=True, db_default="")
    geometry = geometry(models.PointField)


FACILITIES = registry.add(
    LayerSpec(
        "facilities",
        Facility,
        Text("公共施設", "Public facilities"),
        Text(
            "図書館、医療機関、AED、公衆トイレなど。",
            "Libraries, clinics, AEDs, public toilets and the like.",
        ),
        fields=(
            Field("name", Text("名称", "Name"), source=("名称", "施設名", "施設名称", "施設・場所名", "name")),
            Field(
                "name_kana", Text("名称（カナ）", "Name (kana)"), source=("名称_カナ", "施設名_カナ", "fullNameInKana")
            ),
            Field("category", Text("種別", "Category"), codes=CATEGORIES),
            Field("address", Text("住所", "Address"), source=("所在地_連結表記", "住所", "所在地", "address")),
            Field("phone", Text("電話番号", "Phone"), source=("電話番号", "telephoneNumber")),
            Field(
                "opening_hours",
                Text("利用時間", "Opening hours"),
                source=("利用可能日時特記事項", "利用可能時間特記事項", "診療日時特記事項", "availableDateNote"),
            ),
            Field(
                "wheelchair_accessible",
                Text("車椅子で利用可", "Wheelchair accessible"),
                source=("車椅子使用者用トイレ有無", "wheelchairRestroom"),
            ),
            Field("url", Text("ウェブサイト", "Website"), source=("URL", "referenceObject")),
            Field(
                "name_en", Text("名称（英語）", "Name (English)"), source=("名称_英語", "名称_英字", "fullNameInRomaji")
            ),
            Field("installed_at", Text("設置位置", "Where in the place"), source=("設置位置", "installationPosition")),
            Field("child_pads", Text("小児対応設備の有無", "For children too"), source=("小児対応設備の有無",)),
            Field(
                "mens_toilets", Text("男性トイレ総数", "Men's toilets"), source=("男性トイレ総数", "totalMensRestroom")
            ),
            Field(
                "womens_toilets",
                Text("女性トイレ総数", "Women's toilets"),
                source=("女性トイレ総数", "totalWomanRestroom"),
            ),
            Field(
                "shared_toilets",
                Text("男女共用トイレ総数", "Shared toilets"),
                source=("男女共用トイレ総数", "sharedRestroom"),
            ),
            Field(
                "accessible_toilets",
                Text("バリアフリートイレ数", "Accessible toilets"),
                source=("バリアフリートイレ数", "多機能トイレ数", "multifunctionalRestroom"),
            ),
            Field(
                "ostomate_toilet",
                Text("オストメイト設置トイレ有無", "Toilet for ostomates"),
                source=("オストメイト設置トイレ有無", "ostomateRestroom"),
            ),
            Field(
                "infant_toilet",
                Text("乳幼児用設備設置トイレ有無", "Toilet with facilities for infants"),
                source=("乳幼児用設備設置トイレ有無", "anInfantRestroom"),
            ),
            Field("departments", Text("診療科目", "Medical departments"), source=("診療科目",)),
            Field("description", Text("説明", "Description"), source=("説明",)),
            Field("remarks", Text("備考", "Remarks"), source=("備考", "note")),
            Field("staff_contact", Text("担当者連絡先", "Staff contact"), read=Audience.STAFF),
        ),
        style=Style(
            "dot", colour="#2f6f8f", outline="#ffffff", label="name", width_px=9, icon="facility", icons=PICTOGRAMS
        ),
        open_data=CITY_OPEN_DATA,
        zooms=range(12, 19),
        tiling=Tiling(fields={"address": 16, "wheelchair_accessible": 14}, gather_below=13),
        gazetteer=Gazetteer("facility", kana="name_kana", address="address", by="category"),
        kind_field="category",
        lists=(
            FlagList(
                "equipment",
                Text("備えている設備", "What it is equipped for"),
                ("wheelchair_accessible", "child_pads", "ostomate_toilet", "infant_toilet"),
            ),
        ),
    )
)
