"""Made-up hazard zones, walking courses, residents' posts and reports."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from etl.sample.ground import Ground
from etl.sample.names import FICTION, invented
from etl.sample.plan import RIVER_HALF_WIDTH_M, Plan

Row = tuple[str, str, dict[str, Any], BaseGeometry]

_JST = datetime.timezone(datetime.timedelta(hours=9))
_DEPTHS = (("3.0m以上5.0m未満", 3.0, 5.0, 0.30), ("0.5m以上3.0m未満", 0.5, 3.0, 0.68), ("0.5m未満", 0.0, 0.5, 1.0))
_POSTS = (
    ("event", "川辺の朝市", "毎月第一日曜、せせらぎの小径で朝市があります。"),
    ("event", "星を見る会", "ひだまりの森公園で星を見ます。雨の日は中止です。"),
    ("event", "こども工作教室", "みどり町児童館で紙の船をつくります。"),
    ("event", "公園の草花を調べる会", "どんぐり第3公園に集まって、草花の名前を調べます。"),
    ("notice", "掲示板をはりかえました", "自由通路の掲示板が新しくなりました。"),
    ("notice", "花だんの水やり当番", "今月の当番表を集会所に貼りました。"),
    ("notice", "古本の交換棚", "こかげ図書館の入口に交換棚ができました。"),
    ("notice", "ラジオ体操の時間", "朝6時30分から、どなたでもどうぞ。"),
    ("question", "車椅子で通れる道は", "池のまわりは車椅子で一周できますか。"),
    ("question", "自転車置き場の場所", "ほしぞら台駅の自転車置き場はどちら側ですか。"),
    ("safety", "街灯が消えています", "つばめ通りの街灯が一つ消えています。市に連絡しました。"),
    ("safety", "横断のときは押しボタンを", "学校の前の横断歩道は押しボタン式です。"),
    ("safety", "見守り活動の参加者を募っています", "下校の時間に交差点に立つ活動です。"),
    ("notice", "確認を待っている投稿", "この投稿はまだ公開されません。"),
    ("question", "確認を待っている質問", "この質問はまだ公開されません。"),
    ("notice", "非公開になった投稿", "この投稿は公開されません。"),
)
_REPORTS = (
    ("road", "舗装のくぼみ", "received"),
    ("other", "倒れた看板", "resolved"),
    ("flood", "道路の水たまり", "resolved"),
    ("other", "いたずらの通報", "rejected"),
)


def flood_area(plan: Plan, share: float = 1.0) -> BaseGeometry:
    """Where the river could spread to: wide on its lower south-west side, uneven along its way."""
    discs = []
    for metres in range(0, int(plan.river.length), 40):
        a, b = plan.river.interpolate(metres), plan.river.interpolate(metres + 10)
        wide = 150 + 55 * math.sin(metres / 410 + 0.4) + 32 * math.sin(metres / 170 + 2.2)
        dx, dy = (b.x - a.x) / 10, (b.y - a.y) / 10
        centre = Point(a.x + dy * 35 * share, a.y - dx * 35 * share)
        discs.append(centre.buffer(max(wide * share, RIVER_HALF_WIDTH_M)))
    return shapely.unary_union(discs).buffer(25).buffer(-25).simplify(3).intersection(plan.outline)


def hazard_rows(plan: Plan, rng: random.Random) -> Iterator[Row]:
    """The flood by depth classes that do not overlap, hollows where rain collects, and the scarp."""
    inner: BaseGeometry = shapely.Polygon()
    for number, (depth_class, lowest, highest, share) in enumerate(_DEPTHS, start=1):
        area = flood_area(plan, share)
        values = _zone("さらさら川 洪水浸水想定", "flood", depth_class, lowest, highest)
        yield "hazard-zones", f"sample-flood-{number}", values, _areal(area.difference(inner).buffer(-0.5).buffer(0.4))
        inner = shapely.unary_union([inner, area])
    for number in range(1, 6):
        values = _zone("内水の想定", "inland_flood", "0.5m未満", 0.0, 0.5)
        yield "hazard-zones", f"sample-inland-{number}", values, _areal(_hollow(plan, rng))
    scarp = plan.river.offset_curve(240.0).segmentize(20).buffer(22, cap_style="flat").intersection(plan.outline)
    yield "hazard-zones", "sample-landslide-1", _zone("崖線", "landslide"), _areal(scarp.simplify(2))


def _zone(
    name: str, hazard: str, depth_class: str = "", lowest_m: float | None = None, highest_m: float | None = None
) -> dict[str, Any]:
    depth = {"depth_class": depth_class, "depth_min_m": lowest_m, "depth_max_m": highest_m}
    return {"name": f"{name}（{FICTION}）", "hazard": hazard} | depth


def _hollow(plan: Plan, rng: random.Random) -> BaseGeometry:
    west, south, east, north = plan.outline.buffer(-300).bounds
    centre = Point(rng.uniform(west, east), rng.uniform(south, north))
    parts = [
        Point(centre.x + rng.uniform(-70, 70), centre.y + rng.uniform(-50, 50)).buffer(rng.uniform(45, 80))
        for _ in range(4)
    ]
    hollow = shapely.unary_union(parts).buffer(20).buffer(-20).simplify(2)
    inside = hollow.intersection(plan.outline)
    return inside if not inside.is_empty else _hollow(plan, rng)


def _areal(geometry: BaseGeometry) -> BaseGeometry:
    polygons = [part for part in getattr(geometry, "geoms", [geometry]) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons)


def course_rows(plan: Plan, ground: Ground) -> Iterator[Row]:
    """One course along the river, one around the large park."""
    inside = plan.outline.buffer(-6.0)
    along = inside.intersection(plan.river.offset_curve(RIVER_HALF_WIDTH_M))
    around = ground.great_park.buffer(-8).simplify(2)
    outer = max(getattr(around, "geoms", [around]), key=lambda part: part.area).exterior
    courses = (("さらさら川のんびりコース", along), ("ひだまりの森ひとまわりコース", LineString(outer.coords)))
    for number, (name, line) in enumerate(courses, start=1):
        lines = [part for part in getattr(line, "geoms", [line]) if part.geom_type == "LineString"]
        values: dict[str, Any] = {
            "name": invented(name),
            "description": FICTION,
            "length_m": round(sum(part.length for part in lines), 1),
        }
        yield "walking-courses", f"sample-course-{number}", values, shapely.MultiLineString(lines)


def post_rows(ground: Ground, rng: random.Random) -> Iterator[Row]:
    """Published posts, and some that only staff may see."""
    start = datetime.datetime(2026, 4, 1, 9, 0, tzinfo=_JST)
    for number, (category, title, body) in enumerate(_POSTS, start=1):
        status = "approved" if number <= 13 else "hidden" if number == len(_POSTS) else "pending"
        published = start + datetime.timedelta(hours=5 * number) if status == "approved" else None
        values: dict[str, Any] = {
            "title": title,
            "body": f"{body}（{FICTION}）",
            "category": category,
            "status": status,
        }
        values |= {"published_at": published, "moderation_note": "" if status == "approved" else FICTION}
        point = rng.choice(ground.homes).representative_point()
        yield "community-posts", f"sample-post-{number:02}", values, point


def report_rows(ground: Ground, rng: random.Random) -> Iterator[Row]:
    """Reports that have been dealt with or wait: nothing in them is a present danger."""
    seen = datetime.datetime(2026, 4, 2, 8, 0, tzinfo=_JST)
    for number, (kind, title, status) in enumerate(_REPORTS, start=1):
        published = seen + datetime.timedelta(hours=3) if status == "resolved" else None
        values: dict[str, Any] = {"kind": kind, "title": f"{title}（架空）", "description": FICTION, "status": status}
        values |= {"occurred_at": seen, "observed_at": seen + datetime.timedelta(hours=1), "published_at": published}
        yield "damage-reports", f"sample-report-{number}", values, rng.choice(ground.homes).representative_point()
