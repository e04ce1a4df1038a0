"""Before anything is loaded: what a file was recognised as, and the questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from etl.pipeline import Opened
from layers import registry


def described(opened: Opened) -> Iterator[str]:
    """What a file was recognised as, and why, in lines to be shown before anything is loaded."""
    data_set = opened.data_set
    yield f"{opened.path.name}: {data_set.kind}"
    for reason in (opened.recognised.reason, *data_set.reasons):
        yield f"  because    {reason}"
    for layer, fields in data_set.columns.items():
        yield f"  into       {layer}: {', '.join(fields) or 'its shapes'}"
    for mapping in data_set.mapping.values():
        for column, field in mapping.items():
            if column != field:
                yield f"  column     {column} → {field}"
    if data_set.unused:
        yield f"  left out   {'、'.join(data_set.unused)}"
    yield f"  source     {data_set.source.key}: {data_set.source.attribution}, {data_set.source.licence}"


def shown(path: Path) -> str:
    """A path that can be written, whatever bytes its name is made of."""
    return str(path).encode(errors="replace").decode()


def says_yes(question: str) -> bool:
    return _answer(f"{question} [y/N] ").lower() in {"y", "yes", "はい"}


def ask_layer(candidates: tuple[str, ...]) -> str:
    names = [layer.name for layer in registry.every()]
    for name in candidates:
        sys.stdout.write(f"  likely: {name}\n")
    answer = _answer("Which layer? (empty: none) ")
    while answer and answer not in names:
        answer = _answer(f"{answer} is none of {', '.join(names)}. Which layer? (empty: none) ")
    return answer


def _answer(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""
