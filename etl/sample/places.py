"""Made-up evacuation sites, shelters, facilities and towns. Every one says that it does not exist."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from etl.sample.ground import Ground, school_buildings, school_yard
from etl.sample.names import FICTION, HALLS, HOMES, KANJI_NUMBERS, OTHERS, SCHOOLS, TOWN_NAMES, invented
from etl.sample.plan import Plan
from layers.city import HAZARDS


@dataclass(slots=True)
class Gazetteer:
    """Towns by their points, and the numbers of places handed out so far."""

    towns: tuple[tuple[str, Point], ...]
    code5: str
    rng: random.Random
    last_place: int = 0
    rows: list[tuple[str, str, dict[str, Any], BaseGeometry]] = field(default_factory=list)

    def address(self, point: Point) -> str:
        town = min(self.towns, key=lambda named: named[1].distance(point))[0]
        return f"サンプル市{town}{self.rng.randint(1, 24)}-{self.rng.randint(1, 30)}"

    def next_place(self) -> str:
        self.last_place += 1
        return f"{90_000 + self.last_place:05}"

    def add(self, layer: str, key: str, geometry: BaseGeometry, **values: Any) -> None:
        self.rows.append((layer, f"sample-{key}", values, geometry))


def build_towns(plan: Plan, rng: random.Random) -> tuple[tuple[str, Point], ...]:
    """About thirty towns of a few 丁目 each, by points some 700 m apart; neighbours share a name."""
    west, south, east, north = plan.outline.bounds
    anchors = [(name, Point(rng.uniform(west, east), rng.uniform(south, north))) for name in TOWN_NAMES]
    counts = dict.fromkeys(TOWN_NAMES, 0)
    towns = []
    columns, rows = int((east - west) // 700), int((north - south) // 700)
    for i in range(columns + 1):
        for j in range(rows + 1):
            point = Point(
                west + (i + 0.5) * 700 + rng.uniform(-120, 120), south + (j + 0.5) * 700 + rng.uniform(-120, 120)
            )
            if not plan.outline.buffer(-60).contains(point):
                continue
            free = [anchor for anchor in anchors if counts[anchor[0]] < len(KANJI_NUMBERS)]
            name = min(free, key=lambda anchor: anchor[1].distance(point))[0]
            counts[name] += 1
            towns.append((f"{name}{KANJI_NUMBERS[counts[name] - 1]}丁目", point))
    return tuple(towns)


def add_refuges(plan: Plan, ground: Ground, flood: BaseGeometry, book: Gazetteer) -> None:
    """Schools (building and yard, two rows of one place), parks and halls; then shelters, welfare ones among them."""
    for number, campus in enumerate(ground.campuses[: len(SCHOOLS)]):
        _add_school(f"{SCHOOLS[number]}小学校", number + 1, campus, flood, book)
    _add_park("ひだまりの森公園", 1, ground.great_park.representative_point(), True, book)
    for number, park in enumerate(ground.parks, start=2):
        _add_park(f"どんぐり第{number - 1}公園", number, park.representative_point(), number % 3 == 0, book)
    homes = [home for home in ground.homes if home.area > 2_000]
    for number, name in enumerate(HALLS, start=1):
        _add_hall(name, number, _outside(homes, book.rng), flood, book)
    for number, name in enumerate(HOMES, start=1):
        _add_welfare_shelter(name, number, _outside(homes, book.rng), book)


def _outside(blocks: list[Any], rng: random.Random) -> Point:
    point: Point = rng.choice(blocks).representative_point()
    return point


def _add_school(name: str, number: int, campus: Any, flood: BaseGeometry, book: Gazetteer) -> None:
    wings, yard = school_buildings(campus), school_yard(campus)
    building = wings[0].representative_point() if wings else campus.representative_point()
    common = {"address": book.address(building), "remarks": FICTION}
    place = {"place_number": book.next_place()} | common
    is_dry = not flood.intersects(campus)
    site = place | _flags(flood=is_dry, inland_flood=is_dry, landslide=True) | {"also_shelter": True}
    site |= {"name": invented(f"{name}（校舎・体育館）")}
    book.add("evacuation-sites", f"site-school-{number:02}-building", building, **site)
    if yard is not None:
        open_air = place | _flags(earthquake=True, fire=yard.area > 7_000) | {"also_shelter": False}
        open_air |= {"name": invented(f"{name}（校庭）")}
        book.add("evacuation-sites", f"site-school-{number:02}-yard", yard.representative_point(), **open_air)
    stay: dict[str, Any] = place | {
        "name": invented(f"{name}（体育館・校舎）"),
        "shelter_type": "general",
        "accepts": "",
    }
    stay |= {"also_site": True, "capacity_people": book.rng.choice((None, 240, 320, 410, 520))}
    book.add("shelters", f"shelter-school-{number:02}", building, **stay)
    school: dict[str, Any] = common | {"name": invented(name), "category": "school", "opening_hours": ""}
    school |= {"wheelchair_accessible": book.rng.choice((True, None))}
    book.add("facilities", f"facility-school-{number:02}", building, **school)


def _add_park(name: str, number: int, point: Point, is_large: bool, book: Gazetteer) -> None:
    address = book.address(point)
    book.add(
        "evacuation-sites",
        f"site-park-{number:02}",
        point,
        name=invented(name),
        address=address,
        place_number=book.next_place(),
        **_flags(earthquake=True, fire=is_large),
        also_shelter=False,
        remarks=FICTION,
    )
    book.add(
        "facilities",
        f"facility-park-{number:02}",
        point,
        name=invented(name),
        category="park",
        address=address,
        remarks=FICTION,
        opening_hours="終日",
        wheelchair_accessible=True,
    )


def _add_hall(name: str, number: int, point: Point, flood: BaseGeometry, book: Gazetteer) -> None:
    is_dry = not flood.intersects(point.buffer(30))
    common = {"address": book.address(point), "place_number": book.next_place(), "remarks": FICTION}
    title = f"{name}コミュニティ会館"
    book.add(
        "evacuation-sites",
        f"site-hall-{number:02}",
        point,
        name=invented(title),
        also_shelter=True,
        **_flags(flood=is_dry, inland_flood=is_dry, landslide=True),
        **common,
    )
    book.add(
        "shelters",
        f"shelter-hall-{number:02}",
        point,
        name=invented(title),
        shelter_type="general",
        accepts="",
        also_site=True,
        capacity_people=book.rng.choice((None, 80, 120)),
        **common,
    )


def _add_welfare_shelter(name: str, number: int, point: Point, book: Gazetteer) -> None:
    title, address = f"福祉の家{name}", book.address(point)
    book.add(
        "shelters",
        f"shelter-welfare-{number:02}",
        point,
        name=invented(title),
        address=address,
        place_number=book.next_place(),
        shelter_type="welfare",
        accepts="要配慮者及びその支援者",
        also_site=False,
        capacity_people=book.rng.choice((None, None, 20, 35)),
        remarks=FICTION,
    )
    if number <= 8:
        book.add(
            "facilities",
            f"facility-welfare-{number:02}",
            point,
            name=invented(title),
            category="welfare",
            address=address,
            remarks=FICTION,
            opening_hours="",
            wheelchair_accessible=True,
        )


def _flags(**true: bool) -> dict[str, bool]:
    return {hazard: true.get(hazard, False) for hazard in HAZARDS}


def add_facilities(plan: Plan, ground: Ground, book: Gazetteer) -> None:
    """Offices, libraries, clinics …, then AEDs and toilets, and the sights of the walking courses."""
    homes = [home for home in ground.homes if home.area > 2_000]
    for number, (category, name) in enumerate(OTHERS, start=1):
        _add_facility(f"facility-{number:02}", name, category, _outside(homes, book.rng), book)
    for number in range(1, 9):
        point = _outside(homes, book.rng)
        _add_facility(f"facility-aed-{number:02}", f"AED（サンプル{number}号）", "aed", point, book)
    for number, park in enumerate(ground.parks[:7], start=1):
        point = park.buffer(-12).representative_point()
        _add_facility(f"facility-toilet-{number:02}", f"どんぐり第{number}公園トイレ", "toilet", point, book)
    for number, share in enumerate((0.25, 0.36, 0.48, 0.6), start=1):
        point = plan.river.interpolate(share, normalized=True).buffer(16).exterior.interpolate(0.25, normalized=True)
        _add_facility(f"facility-spot-{number:02}", f"さらさら川の眺め その{number}", "walking_spot", point, book)


def _add_facility(key: str, name: str, category: str, point: Point, book: Gazetteer) -> None:
    hours = {"library": "9:30–19:00", "city_office": "8:30–17:00", "aed": "24時間", "toilet": "終日"}.get(category, "")
    book.add(
        "facilities",
        key,
        point,
        name=invented(name),
        category=category,
        address=book.address(point),
        remarks=FICTION,
        opening_hours=hours,
        wheelchair_accessible=book.rng.choice((True, True, False, None)),
    )


def town_rows(towns: tuple[tuple[str, Point], ...]) -> Iterator[tuple[str, str, dict[str, Any], BaseGeometry]]:
    for number, (name, point) in enumerate(towns, start=1):
        yield "towns", f"sample-town-{number:02}", {"name": f"{name}（架空）"}, point
