"""Names that no place has, and the words that say so."""

FICTION = "架空のサンプル（実在しません）"
TOWN_NAMES = ("みどり町", "あおぞら町", "こかげ台", "つばめ野", "しろつめ町", "ほたる谷", "かざみ坂", "ひだまり")
KANJI_NUMBERS = "一二三四五六七八九"
SCHOOLS = (
    "つばめ",
    "どんぐり",
    "ひばり",
    "こだま",
    "ほしぞら",
    "かえで",
    "すみれ",
    "たんぽぽ",
    "くるみ",
    "あけび",
    "やまばと",
    "みなも",
    "こすもす",
    "ひいらぎ",
    "せせらぎ",
    "しいのき",
)
HALLS = ("あおぞら", "こかげ", "しろつめ", "ほたる", "みなも", "かざみ")
HOMES = (
    "ひなた",
    "こもれび",
    "やすらぎ",
    "ゆうなぎ",
    "あさぎり",
    "そよかぜ",
    "つきみ",
    "はなぞの",
    "こはる",
    "おちば",
    "なないろ",
    "みちくさ",
    "うたたね",
    "まどか",
    "ゆりかご",
    "ほのか",
    "かがやき",
    "いろどり",
)
OTHERS = (
    ("city_office", "サンプル市役所"),
    ("city_office", "ひだまり市民センター"),
    ("city_office", "ほしぞら台駅前窓口"),
    ("library", "サンプル市立図書館"),
    ("library", "こかげ図書館"),
    ("library", "みなも図書館"),
    ("medical", "サンプル市民病院"),
    ("medical", "つばめ野医院"),
    ("medical", "あおぞら歯科"),
    ("medical", "ほたる谷小児科"),
    ("medical", "しろつめ眼科"),
    ("sports", "サンプル総合体育館"),
    ("sports", "せせらぎテニスコート"),
    ("sports", "かざみ坂プール"),
    ("other", "まちかど郷土館"),
    ("other", "みどり町児童館"),
    ("other", "つばめ野商店会館"),
)


def invented(name: str) -> str:
    """A name that says of itself that it is made up, so that no map, list or route can be taken for real.

    >>> invented("つばめ小学校")
    '架空・つばめ小学校'
    """
    return f"架空・{name}"
