"""`./gis manage show_layer` prints all that is derived from a declaration."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def shown(name: str) -> str:
    out = StringIO()
    call_command("show_layer", name, stdout=out)
    return out.getvalue()


def test_it_prints_titles_fields_sql_addresses_and_triggers(db):
    text = shown("shelters")
    for expected in (
        "指定避難所 / Evacuation shelters",
        "contact_phone",
        "for PUBLIC: 17 fields",
        "for STAFF: 18 fields",
        "/api/collections/shelters/items",
        "/tiles/shelters/{z}/{x}/{y}.mvt",
        "machigis_log_update('shelters')",
    ):
        assert expected in text


def test_the_public_sql_it_prints_does_not_name_a_hidden_field(db):
    public = shown("shelters").split("for PUBLIC:")[1].split("for STAFF:")[0]
    assert "contact_phone" not in public


def test_an_unknown_layer_is_one_clear_sentence(db):
    with pytest.raises(CommandError, match="no layer is called 'castles'; known are:"):
        shown("castles")
