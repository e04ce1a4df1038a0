"""The form of what the owner says about a file: read into options, and shown with what was recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from gis_server.imports.access import importable_layers
from gis_server.imports.models import Upload
from gis_server.imports.raster_uploads import SAID, said_rows
from gis_server.imports.words import WORDS, in_language, plane_zone
from layers import registry
from layers.city import has_right_check_digit
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from layers.values import column_of

ENCODINGS: Final = {"utf-8": "UTF-8", "cp932": "Shift_JIS (CP932)", "utf-16": "UTF-16", "euc_jp": "EUC-JP"}
_GEOGRAPHIC: Final = (6668, 4326, 4612, 4301, 3857)
_PLANE_FIRST: Final = {"JGD2011": 6669, "JGD2000": 2443, "Tokyo": 30161}
"""EPSG code of zone 1 of the 19 plane rectangular zones (平成14年国土交通省告示第9号), by datum."""
_ZONES: Final = 19
_TEXTS: Final = {"part": 200, "source_key": 120, "attribution": 300, "licence": 100}
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_VALUE: Final = 500


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    chosen: bool


def read_form(form: QueryDict, upload: Upload, audience: Audience) -> dict[str, Any]:
    """The options after what the form says.

    Raises:
        Problem: 400, naming the field of the form.
    """
    before = upload.options
    options: dict[str, Any] = {name: _text(form, name, longest) for name, longest in _TEXTS.items()}
    if options["source_key"] and not _KEY.fullmatch(options["source_key"]):
        raise _fault("source_key", "a key has letters, digits and . _ - only")
    if "raster" in upload.recognition:
        options["srid"] = _srid(form)
        said = {name: _text(form, f"constant-{name}", longest) for name, longest in SAID.items()}
        options["constants"] = {name: text for name, text in said.items() if text}
        return {name: value for name, value in options.items() if value}
    options["layer"] = _layer(form, audience)
    options["city_code"] = _city_code(form)
    options["encoding"] = _one_of(form, "encoding", ENCODINGS)
    options["srid"] = _srid(form)
    is_same_layer = options["layer"] in {"", before.get("layer", "") or _only_layer(upload)}
    if is_same_layer:
        options["mapping"] = _mapping(form, upload)
        options["constants"] = _constants(form, upload)
    return {name: value for name, value in options.items() if value}


def _only_layer(upload: Upload) -> str:
    layers = upload.recognition.get("layers", [])
    return layers[0] if len(layers) == 1 else ""


def _text(form: QueryDict, name: str, longest: int) -> str:
    text = form.get(name, "").strip()
    if len(text) > longest or not text.isprintable():
        raise _fault(name, f"a text of up to {longest} printable characters")
    return text


def _layer(form: QueryDict, audience: Audience) -> str:
    name = form.get("layer", "")
    if name and name not in {layer.name for layer in importable_layers(audience)}:
        raise _fault("layer", "this account may not import into that layer")
    return name


def _city_code(form: QueryDict) -> str:
    code = form.get("city_code", "").strip()
    if code and not has_right_check_digit(code):
        raise _fault("city_code", "a municipality code has six digits, the last a check digit")
    return code


def _one_of(form: QueryDict, name: str, known: Mapping[str, str]) -> str:
    value = form.get(name, "")
    if value and value not in known:
        raise _fault(name, f"one of {', '.join(known)}")
    return value


def _srid(form: QueryDict) -> int | None:
    return int(_one_of(form, "srid", {str(code): "" for code in srids()}) or 0) or None


def _mapping(form: QueryDict, upload: Upload) -> dict[str, str]:
    """Columns that the owner maps otherwise than was found, over those that they had mapped before."""
    shown = dict(columns_of(upload))
    mapping = {name: field for name, field in upload.options.get("mapping", {}).items() if name in shown}
    for number, (column, found) in enumerate(shown.items()):
        field = form.get(f"field-{number}")
        if field is not None and field != found and form.get(f"column-{number}") == column:
            mapping[column] = field
    fields = {field.name for name in upload.recognition.get("layers", []) for field in registry.get(name).fields}
    unknown = [field for field in mapping.values() if field and field not in fields]
    if unknown:
        raise _fault("mapping", f"no field is called {unknown[0][:60]!r}")
    return mapping


def _constants(form: QueryDict, upload: Upload) -> dict[str, str]:
    fields = {field.name for name in upload.recognition.get("layers", []) for field in registry.get(name).fields}
    given = {name.removeprefix("constant-"): form[name].strip() for name in form if name.startswith("constant-")}
    return {name: value[:_LONGEST_VALUE] for name, value in given.items() if value and name in fields}


def columns_of(upload: Upload) -> list[tuple[str, str]]:
    """The publisher's columns with the field that takes each ("" for none)."""
    recognition = upload.recognition
    taken = {column: field for names in recognition.get("mapping", {}).values() for column, field in names.items()}
    left = [column for column in recognition.get("unused", []) if column not in taken]
    dropped = [column for column in upload.options.get("mapping", {}) if column not in taken and column not in left]
    return [*taken.items(), *((column, "") for column in (*dropped, *left))]


def build_form(upload: Upload, audience: Audience, language: str) -> dict[str, Any]:
    """What the template shows."""
    options, recognition = upload.options, upload.recognition
    layers = [registry.get(name) for name in recognition.get("layers", [])]
    words = in_language(language)
    return {
        "layers": _layer_choices(upload, audience, language),
        "encodings": _choices({"": words["automatic"], **ENCODINGS}, options.get("encoding", "")),
        "srids": _choices({"": words["automatic"], **_srid_titles(language)}, str(options.get("srid") or "")),
        "columns": _column_rows(upload, layers, language),
        "raster": said_rows(upload, words, language) if "raster" in recognition else [],
        "missing": _missing_fields(upload, layers, audience, language),
        "texts": {name: options.get(name, "") for name in (*_TEXTS, "city_code")},
        "found_attribution": recognition.get("attribution", ""),
        "found_licence": recognition.get("licence", ""),
    }


def _choices(titles: Mapping[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, title, value == chosen) for value, title in titles.items()]


def _layer_choices(upload: Upload, audience: Audience, language: str) -> list[Choice]:
    chosen = upload.options.get("layer", "") or _only_layer(upload)
    likely = upload.recognition.get("candidates", [])
    layers = importable_layers(audience)
    layers.sort(key=lambda layer: likely.index(layer.name) if layer.name in likely else len(likely))
    mark = WORDS["likely"].in_language(language)
    titles = {
        layer.name: layer.title.in_language(language) + (f"（{mark}）" if layer.name in likely else "")
        for layer in layers
    }
    empty = WORDS["automatic"].in_language(language)
    return _choices({"": empty, **titles}, chosen)


def _column_rows(upload: Upload, layers: list[LayerSpec], language: str) -> list[dict[str, Any]]:
    """One row for each column. Where a file fills several layers, its reader alone knows what goes where."""
    if len(layers) != 1:
        return []
    titles = {"": WORDS["left_out"].in_language(language)}
    titles |= {field.name: f"{field.title.in_language(language)} ({field.name})" for field in layers[0].fields}
    samples: dict[str, str] = {}
    for row in upload.sample:
        for name, value in row["cells"].items():
            if value and name not in samples:
                samples[name] = value
    return [
        {
            "name": column,
            "sample": samples.get(column) or samples.get(field, ""),
            "choices": _choices(titles, field),
            "taken": bool(field),
        }
        for column, field in columns_of(upload)
    ]


def _missing_fields(upload: Upload, layers: list[LayerSpec], audience: Audience, language: str) -> list[dict[str, Any]]:
    """Fields that the file does not fill, for a value that goes into every row; those that must be filled first."""
    if len(layers) != 1:
        return []
    layer = layers[0]
    constants = upload.options.get("constants", {})
    filled = set(upload.recognition.get("filled", {}).get(layer.name, [])) - set(constants)
    found = [
        {
            "name": field.name,
            "title": field.title.in_language(language),
            "value": constants.get(field.name, ""),
            "needed": not column_of(layer, field).null and not column_of(layer, field).has_db_default(),
            "codes": _choices(
                {"": "–"} | {str(c): f"{t.in_language(language)} ({c})" for c, t in field.codes.items() if c != ""},
                constants.get(field.name, ""),
            )
            if field.codes
            else [],
        }
        for field in layer.editable_fields_for(audience)
        if field.name not in filled
    ]
    return sorted(found, key=lambda entry: (not entry["needed"], not entry["value"]))


def srids() -> list[int]:
    plane = [first + zone for first in _PLANE_FIRST.values() for zone in range(_ZONES)]
    return [*_GEOGRAPHIC, *plane]


def _srid_titles(language: str) -> dict[str, str]:
    titles = {str(code): WORDS[f"srid_{code}"].in_language(language) for code in _GEOGRAPHIC}
    for datum, first in _PLANE_FIRST.items():
        for zone in range(_ZONES):
            titles[str(first + zone)] = plane_zone(datum, zone + 1, language)
    return titles


def _fault(name: str, detail: str) -> Problem:
    return Problem(400, "invalid form", f"{name}: {detail}", parameter=name)
