"""The words of the steps, in Japanese, in English and in plain Japanese (やさしい日本語, with readings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gis_server.navigation.directions import Kind, Step, Turn


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language. `{m}` is a length with its unit, `{n}` a number of steps, `{where}` a compass direction."""

    compass: tuple[str, ...]
    depart: str
    turns: Mapping[Turn, str]
    moves: Mapping[Kind, str]
    stairs_counted: str
    named: str
    arrive: str
    arrive_at: str
    gap: str
    metre: str
    kilometre: str


JA: Final = Phrases(
    compass=("北", "北東", "東", "南東", "南", "南西", "西", "北西"),
    depart="{where}へ ",
    turns={
        Turn.STRAIGHT: "そのまま ",
        Turn.SLIGHT_LEFT: "左斜め前へ ",
        Turn.SLIGHT_RIGHT: "右斜め前へ ",
        Turn.LEFT: "左に曲がり、",
        Turn.RIGHT: "右に曲がり、",
        Turn.SHARP_LEFT: "左後ろへ曲がり、",
        Turn.SHARP_RIGHT: "右後ろへ曲がり、",
        Turn.BACK: "引き返し、",
    },
    moves={
        Kind.WAY: "{m} 進む",
        Kind.CROSSING: "横断歩道を渡る（{m}）",
        Kind.SIGNAL_CROSSING: "信号のある横断歩道を渡る（{m}）",
        Kind.UNMARKED_CROSSING: "横断歩道のない車道を渡る（{m}）",
        Kind.LEVEL_CROSSING: "踏切を渡る（{m}）",
        Kind.ELEVATOR: "エレベーターに乗る",
        Kind.ESCALATOR: "エスカレーターに乗る",
        Kind.MOVING_WALKWAY: "動く歩道に乗る（{m}）",
        Kind.STAIRS: "階段を {m} 進む",
        Kind.RAMP: "スロープを {m} 進む",
        Kind.FOOTBRIDGE: "歩道橋を {m} 進む",
        Kind.UNDERGROUND: "地下通路を {m} 進む",
        Kind.INSIDE: "施設の中を {m} 進む",
    },
    stairs_counted="階段を {n} 段進む",
    named="（{name}）",
    arrive="目的地に到着",
    arrive_at="{name}に到着",
    gap="（道から約 {m}）",
    metre="{} m",
    kilometre="{} km",
)

EN: Final = Phrases(
    compass=("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
    depart="Head {where}: ",
    turns={
        Turn.STRAIGHT: "Continue: ",
        Turn.SLIGHT_LEFT: "Bear left: ",
        Turn.SLIGHT_RIGHT: "Bear right: ",
        Turn.LEFT: "Turn left: ",
        Turn.RIGHT: "Turn right: ",
        Turn.SHARP_LEFT: "Turn sharp left: ",
        Turn.SHARP_RIGHT: "Turn sharp right: ",
        Turn.BACK: "Turn round: ",
    },
    moves={
        Kind.WAY: "walk {m}",
        Kind.CROSSING: "use the pedestrian crossing ({m})",
        Kind.SIGNAL_CROSSING: "use the crossing with signals ({m})",
        Kind.UNMARKED_CROSSING: "cross the road where there is no marked crossing ({m})",
        Kind.LEVEL_CROSSING: "cross the railway tracks ({m})",
        Kind.ELEVATOR: "take the lift",
        Kind.ESCALATOR: "take the escalator",
        Kind.MOVING_WALKWAY: "take the moving walkway ({m})",
        Kind.STAIRS: "take the stairs ({m})",
        Kind.RAMP: "take the ramp ({m})",
        Kind.FOOTBRIDGE: "walk {m} over the footbridge",
        Kind.UNDERGROUND: "walk {m} through the underpass",
        Kind.INSIDE: "walk {m} inside the building",
    },
    stairs_counted="take the stairs ({n} steps)",
    named=" ({name})",
    arrive="Arrive at your destination",
    arrive_at="Arrive at {name}",
    gap=" (about {m} from the path)",
    metre="{} m",
    kilometre="{} km",
)

JA_SIMPLE: Final = Phrases(
    compass=(
        "北（きた）",
        "北東（ほくとう）",
        "東（ひがし）",
        "南東（なんとう）",
        "南（みなみ）",
        "南西（なんせい）",
        "西（にし）",
        "北西（ほくせい）",
    ),
    depart="{where}へ ",
    turns={
        Turn.STRAIGHT: "まっすぐ ",
        Turn.SLIGHT_LEFT: "すこし 左（ひだり）へ ",
        Turn.SLIGHT_RIGHT: "すこし 右（みぎ）へ ",
        Turn.LEFT: "左（ひだり）に まがって、",
        Turn.RIGHT: "右（みぎ）に まがって、",
        Turn.SHARP_LEFT: "左（ひだり）の うしろへ まがって、",
        Turn.SHARP_RIGHT: "右（みぎ）の うしろへ まがって、",
        Turn.BACK: "もどって、",
    },
    moves={
        Kind.WAY: "{m} 歩（ある）きます",
        Kind.CROSSING: "横断歩道（おうだんほどう）を わたります",
        Kind.SIGNAL_CROSSING: "信号（しんごう）の ある 横断歩道（おうだんほどう）を わたります",
        Kind.UNMARKED_CROSSING: "車（くるま）に 気（き）をつけて 道（みち）を わたります",
        Kind.LEVEL_CROSSING: "電車（でんしゃ）に 気（き）をつけて 踏切（ふみきり）を わたります",
        Kind.ELEVATOR: "エレベーターに 乗（の）ります",
        Kind.ESCALATOR: "エスカレーターに 乗（の）ります",
        Kind.MOVING_WALKWAY: "動（うご）く 歩道（ほどう）に 乗（の）ります",
        Kind.STAIRS: "階段（かいだん）を 歩（ある）きます",
        Kind.RAMP: "坂（さか）を {m} 歩（ある）きます",
        Kind.FOOTBRIDGE: "橋（はし）を {m} 歩（ある）きます",
        Kind.UNDERGROUND: "地下（ちか）の 道（みち）を {m} 歩（ある）きます",
        Kind.INSIDE: "建物（たてもの）の 中（なか）を {m} 歩（ある）きます",
    },
    stairs_counted="階段（かいだん）を {n}段（だん） 歩（ある）きます",
    named="（{name}）",
    arrive="着（つ）きました",
    arrive_at="{name}に 着（つ）きました",
    gap="（道（みち）から {m}くらい）",
    metre="{}メートル",
    kilometre="{}キロメートル",
)

LANGUAGES: Final = {"ja": JA, "en": EN, "ja-simple": JA_SIMPLE}


def rounded(length_m: float) -> int:
    """Metres as one says them: to 1 below 10, to 5 below 100, to 10 beyond.

    >>> [rounded(m) for m in (3.4, 23, 118, 1234)]
    [3, 25, 120, 1230]
    """
    grain = 1 if length_m < 10 else 5 if length_m < 100 else 10
    return max(1, round(length_m / grain) * grain)


def length_text(length_m: float, phrases: Phrases) -> str:
    """A length with its unit, in kilometres from 1,000 m.

    >>> length_text(1240, EN), length_text(118, JA)
    ('1.2 km', '120 m')
    """
    metres = rounded(length_m)
    if metres >= 1000:
        return phrases.kilometre.format(f"{metres / 1000:.1f}")
    return phrases.metre.format(metres)


def compass_word(bearing: float, phrases: Phrases) -> str:
    """The nearest of the eight directions of the compass.

    >>> compass_word(350, JA)
    '北'
    """
    return phrases.compass[round(bearing / 45) % 8]


def instruction(step: Step, language: str) -> str:
    """What to do, as one sentence, e.g. 「北へ 120 m 進む（井の頭通り）」."""
    phrases = LANGUAGES[language]
    where = compass_word(step.bearing, phrases)
    turn = phrases.depart.format(where=where) if step.turn is Turn.DEPART else phrases.turns[step.turn]
    move = phrases.moves[step.kind]
    if step.kind is Kind.STAIRS and step.stairs:
        move = phrases.stairs_counted
    text = _needed(turn, step, phrases) + move.format(m=length_text(step.length_m, phrases), n=step.stairs)
    text += phrases.named.format(name=step.name) if step.name else ""
    return text[0].upper() + text[1:]


def _needed(turn: str, step: Step, phrases: Phrases) -> str:
    """The turn's words, unless going straight on is all there is to say: one just takes the stairs that follow."""
    if step.turn is Turn.STRAIGHT and step.kind is not Kind.WAY:
        return ""
    if step.kind in (Kind.ELEVATOR, Kind.ESCALATOR) and step.turn is Turn.DEPART:
        return ""
    return turn


def arrival(name: str | None, gap_m: float, language: str) -> str:
    """The last sentence; a destination well off the path says how far it is."""
    phrases = LANGUAGES[language]
    text = phrases.arrive_at.format(name=name) if name else phrases.arrive
    return text + (phrases.gap.format(m=length_text(gap_m, phrases)) if gap_m >= 15 else "")
