"""The words of the pages: one JSON catalogue for each language, shared by the templates and by JavaScript."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

CATALOGUES: Final = Path(__file__).parent / "i18n"
LANGUAGES: Final = ("ja", "en")
"""The first is the one that a reader gets who asks for none of them."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every key with its words in `language`."""
    text = (CATALOGUES / f"{language}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def translate(key: str, language: str, **values: Any) -> str:
    """The words behind `key`; names in braces are replaced by the values given.

    >>> translate("site.skip", "en")
    'Skip to the content'
    """
    words = catalogue(language if language in LANGUAGES else LANGUAGES[0])[key]
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    return words
