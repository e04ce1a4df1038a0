"""What the processes say about themselves: titles, inputs and outputs with their schemas, in both languages."""

from __future__ import annotations

from typing import Any, Final

from gis_server.navigation.inputs import (
    DEFAULT_MINUTES,
    DEFAULT_SITES,
    MOST_BANDS,
    MOST_MINUTES,
    MOST_SITES,
    SHAPES,
)
from gis_server.navigation.phrases import LANGUAGES
from gis_server.navigation.profiles import PROFILES
from layers.city import HAZARDS

Json = dict[str, Any]
JOB_CONTROL: Final = ("sync-execute", "async-execute", "dismiss")


def _text(ja: str, en: str) -> Json:
    return {"ja": ja, "en": en}


def _input(title: Json, description: Json, schema: Json, *, required: bool = False) -> Json:
    return {
        "title": title,
        "description": description,
        "schema": schema,
        "minOccurs": int(required),
        "maxOccurs": 1,
    }


_POINT: Final[Json] = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
    "examples": [[139.5596, 35.6836]],
}

_FROM: Final = _input(
    _text("出発地", "Start"),
    _text("[経度, 緯度]、度。", "[longitude, latitude] in degrees."),
    _POINT,
    required=True,
)
_PROFILE: Final = _input(
    _text("移動のしかた", "Way of getting about"),
    _text(
        "walk（徒歩、分速 80 m）または wheelchair（手動車いす：階段とエスカレーターを通らず、"
        "勾配 8％以下・段差 2 cm 以下・幅員 1 m 以上の道）。",
        "walk (80 m a minute) or wheelchair (manual: no stairs or escalators, slope up to 8 %, "
        "steps up to 2 cm, width 1 m or more).",
    ),
    {"type": "string", "enum": list(PROFILES), "default": "walk"},
)
_HAZARD_SCHEMA: Final[Json] = {"type": "string", "enum": list(HAZARDS)}
_LANG: Final = _input(
    _text("言語", "Language"),
    _text("ja、en、ja-simple（やさしい日本語）。", "ja, en or ja-simple (plain Japanese)."),
    {"type": "string", "enum": list(LANGUAGES), "default": "ja"},
)
_OUTPUT_SCHEMA: Final[Json] = {
    "type": "object",
    "contentMediaType": "application/geo+json",
    "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array"}},
}

ROUTE: Final[Json] = {
    "version": "1.0.0",
    "id": "route",
    "title": _text("経路", "Route"),
    "description": _text(
        "歩いて行く経路。継続中の被害範囲と通行止めを避け、通れないときは何がふさいでいるかを答える。",
        "The way on foot, around active damage areas and closures; where none is left, what is in the way.",
    ),
    "jobControlOptions": list(JOB_CONTROL),
    "keywords": ["route", "evacuation", "避難", "経路", "バリアフリー"],
    "links": [],
    "inputs": {
        "from": _FROM,
        "to": _input(
            _text("目的地", "Destination"),
            _text(
                "[経度, 緯度]、または指定緊急避難場所の id。",
                "[longitude, latitude], or the id of an evacuation site.",
            ),
            {"oneOf": [_POINT, {"type": "string", "minLength": 1}]},
            required=True,
        ),
        "profile": _PROFILE,
        "hazard": _input(
            _text("災害の種別", "Hazard"),
            _text(
                "目的地が避難場所の id のとき、その災害に指定されていなければ案内しない。",
                "With an evacuation site as the destination: refused unless it is designated for this hazard.",
            ),
            _HAZARD_SCHEMA,
        ),
        "lang": _LANG,
    },
    "outputs": {
        "route": {
            "title": _text("経路", "Route"),
            "description": _text(
                "featureType が overview・start・segment・end の地物。",
                "Features whose featureType is overview, start, segment or end.",
            ),
            "schema": _OUTPUT_SCHEMA,
        }
    },
    "example": {"inputs": {"from": [139.5596, 35.6836], "to": [139.5708, 35.7022], "profile": "walk"}},
}

NEAREST_SITE: Final[Json] = {
    "version": "1.0.0",
    "id": "nearest-site",
    "title": _text("最寄りの避難場所", "Nearest evacuation sites"),
    "description": _text(
        "その災害に指定された緊急避難場所のうち、開いていて満員でないものを、歩いて近い順に。",
        "Sites designated for the hazard that are neither closed nor full, nearest on foot first.",
    ),
    "jobControlOptions": list(JOB_CONTROL),
    "keywords": ["evacuation", "避難場所", "hazard"],
    "links": [],
    "inputs": {
        "from": _FROM,
        "profile": _PROFILE,
        "hazard": _input(
            _text("災害の種別", "Hazard"),
            _text("避難場所は災害ごとに指定されている。", "Sites are designated for each hazard separately."),
            _HAZARD_SCHEMA,
            required=True,
        ),
        "count": _input(
            _text("件数", "How many"),
            _text("返す避難場所の数。", "Number of sites to answer."),
            {"type": "integer", "minimum": 1, "maximum": MOST_SITES, "default": DEFAULT_SITES},
        ),
        "lang": _LANG,
    },
    "outputs": {
        "sites": {
            "title": _text("避難場所と経路", "Sites and ways"),
            "description": _text(
                "featureType が overview・site・route の地物。歩いて行けない避難場所は walking が null。",
                "Features whose featureType is overview, site or route; walking is null where one cannot walk.",
            ),
            "schema": _OUTPUT_SCHEMA,
        }
    },
    "example": {"inputs": {"from": [139.5596, 35.6836], "hazard": "flood", "count": 3}},
}

SERVICE_AREA: Final[Json] = {
    "version": "1.0.0",
    "id": "service-area",
    "title": _text("到達圏", "Service area"),
    "description": _text(
        "地点から、またはその災害の避難場所それぞれから、何分でどこまで歩けるか。被害範囲と通行止めは通らない。",
        "How far one comes on foot within so many minutes, from a point or from each evacuation site for a hazard, "
        "without passing damage areas and closures.",
    ),
    "jobControlOptions": list(JOB_CONTROL),
    "keywords": ["isochrone", "service area", "到達圏", "避難場所"],
    "links": [],
    "inputsSchema": {"oneOf": [{"required": ["from"]}, {"required": ["hazard"]}]},
    "inputs": {
        "from": {**_FROM, "minOccurs": 0},
        "hazard": _input(
            _text("災害の種別", "Hazard"),
            _text(
                "「from」の代わりに：その災害に指定され、開いていて満員でない避難場所それぞれから。",
                "Instead of “from”: from each site designated for it that is neither closed nor full.",
            ),
            _HAZARD_SCHEMA,
        ),
        "profile": _PROFILE,
        "minutes": _input(
            _text("時間（分）", "Minutes"),
            _text(
                "範囲を区切る時間。それぞれ短い時間の範囲を含む。", "One area for each; the longer holds the shorter."
            ),
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_BANDS,
                "items": {"type": "integer", "minimum": 1, "maximum": MOST_MINUTES},
                "default": list(DEFAULT_MINUTES),
            },
        ),
        "shape": _input(
            _text("形", "Shape"),
            _text(
                "area：歩ける道のまわりの面。links：歩ける道そのもの。",
                "area: the surroundings of the ways that are reached; links: the ways themselves.",
            ),
            {"type": "string", "enum": list(SHAPES), "default": "area"},
        ),
        "lang": _LANG,
    },
    "outputs": {
        "areas": {
            "title": _text("到達圏", "Service areas"),
            "description": _text(
                "featureType が overview・origin・band の地物。band は出発地ごと、時間ごとに一つ。",
                "Features whose featureType is overview, origin or band: one band for each origin and time.",
            ),
            "schema": _OUTPUT_SCHEMA,
        }
    },
    "example": {"inputs": {"from": [139.5596, 35.6836], "minutes": [5, 10, 15]}},
}
