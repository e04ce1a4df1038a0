"""自治体標準オープンデータセット of デジタル庁 (item definitions A, edition 2026-08-01): which layers fill which sheet.

The columns stand in the sheet's order. A column that no field of the layer fills stays empty: nothing is guessed.
Left out are the sheets whose columns could not be confirmed (医療機関, 文化財 …) and, within 公共施設 and AED, columns
that are not confirmed for this edition. There is no sheet for 指定避難所.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.spec import Text

_ADDRESS = (
    "所在地_全国地方公共団体コード",
    "町字ID",
    "所在地_連結表記",
    "所在地_都道府県",
    "所在地_市区町村",
    "所在地_町字",
    "所在地_番地以下",
    "建物名等(方書)",
)
_PUBLISHER = ("全国地方公共団体コード", "ID", "地方公共団体名")
_HAZARDS = ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫", "火山現象")


@dataclass(frozen=True, slots=True)
class MunicipalStandard:
    """One sheet of the standard.

    Args:
        only: a field and the values of the rows that belong there; None for all rows of the layer.
    """

    name: str
    layer: str
    title: Text
    columns: tuple[str, ...]
    only: tuple[str, tuple[str, ...]] | None = None


EVACUATION_SITES = MunicipalStandard(
    name="evacuation-site",
    layer="evacuation-sites",
    title=Text("指定緊急避難場所一覧", "Designated emergency evacuation sites"),
    columns=(
        *_PUBLISHER,
        "名称",
        "名称_カナ",
        "名称_英字",
        *_ADDRESS,
        "緯度",
        "経度",
        "標高",
        "電話番号",
        *(f"災害種別_{hazard}" for hazard in _HAZARDS),
        "指定避難所との重複",
        "想定収容人数",
        "対象となる町会・自治会",
        "URL",
        "画像",
        "画像_ライセンス",
        "備考",
    ),
)

TOILETS = MunicipalStandard(
    name="public-toilet",
    layer="facilities",
    title=Text("公衆トイレ一覧", "Public toilets"),
    only=("category", ("toilet",)),
    columns=(
        *_PUBLISHER,
        "名称",
        "名称_カナ",
        "名称_英語",
        *_ADDRESS,
        "設置位置",
        "緯度",
        "経度",
        "高度の種別",
        "高度の値",
        "男性トイレ総数",
        "男性トイレ数（小便器）",
        "男性トイレ数（和式）",
        "男性トイレ数（洋式）",
        "女性トイレ総数",
        "女性トイレ数（和式）",
        "女性トイレ数（洋式）",
        "男女共用トイレ総数",
        "男女共用トイレ数（和式）",
        "男女共用トイレ数（洋式）",
        "バリアフリートイレ数",
        "車椅子使用者用トイレ有無",
        "乳幼児用設備設置トイレ有無",
        "オストメイト設置トイレ有無",
        "利用開始時間",
        "利用終了時間",
        "利用可能時間特記事項",
        "画像",
        "画像_ライセンス",
        "備考",
    ),
)

AED = MunicipalStandard(
    name="aed",
    layer="facilities",
    title=Text("AED設置箇所一覧", "AED locations"),
    only=("category", ("aed",)),
    columns=(
        *_PUBLISHER,
        "名称",
        "名称_カナ",
        *_ADDRESS,
        "緯度",
        "経度",
        "設置位置",
        "電話番号",
        "団体名",
        "利用可能曜日",
        "開始時間",
        "終了時間",
        "利用可能日時特記事項",
        "小児対応設備の有無",
        "URL",
        "備考",
    ),
)

PUBLIC_FACILITIES = MunicipalStandard(
    name="public-facility",
    layer="facilities",
    title=Text("公共施設一覧", "Public facilities"),
    only=("category", ("city_office", "library", "school", "welfare", "sports", "park")),
    columns=(
        *_PUBLISHER,
        "名称",
        "名称_カナ",
        "名称_通称",
        "POIコード",
        *_ADDRESS,
        "緯度",
        "経度",
        "電話番号",
        "利用可能日時特記事項",
        "説明",
        "バリアフリー情報",
        "URL",
        "備考",
    ),
)

STANDARDS = (EVACUATION_SITES, TOILETS, AED, PUBLIC_FACILITIES)
