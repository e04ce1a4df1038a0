"""Code lists that several layers share."""

from __future__ import annotations

from layers.spec import OpenData, Text

UNKNOWN = 99
"""不明: the MLIT network specification's code for "not known", kept apart from "no"."""

HAZARDS = {
    "flood": Text("洪水", "Flood"),
    "landslide": Text("崖崩れ、土石流及び地滑り", "Landslide"),
    "storm_surge": Text("高潮", "Storm surge"),
    "earthquake": Text("地震", "Earthquake"),
    "tsunami": Text("津波", "Tsunami"),
    "fire": Text("大規模な火事", "Large fire"),
    "inland_flood": Text("内水氾濫", "Inland flooding"),
    "volcano": Text("火山現象", "Volcanic activity"),
}
"""The eight kinds of hazard of 災害対策基本法施行令 第20条の4, by the column that holds the flag."""

OPENING_STATUS = {
    "unopened": Text("未開設", "Not open"),
    "open": Text("開設", "Open"),
    "closed": Text("閉鎖", "Closed"),
    "permanent": Text("常設", "Always open"),
    "unknown": Text("不明", "Not known"),
}
"""開設状況: wording of デジタル庁 GIF DS-455-1 (EEI); the codes are ours, no official list exists."""

CROWDING = {
    "": Text("情報なし", "Not reported"),
    "empty": Text("空いています", "Plenty of room"),
    "some": Text("やや混雑", "Somewhat crowded"),
    "crowded": Text("混雑", "Crowded"),
    "full": Text("満員", "Full"),
}
"""Crowding by share of capacity: below 30 %, 60 %, 80 %, and 80 % or more."""

ACTIVE_OR_RESOLVED = {
    "active": Text("継続中", "Active"),
    "resolved": Text("解消", "Resolved"),
}

CITY_OPEN_DATA = OpenData(
    licence="CC-BY-4.0",
    attribution=None,
)
"""What the city itself enters. Rows that come from elsewhere carry their own source."""
