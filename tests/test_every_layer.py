"""What must hold for every layer, whoever declares it."""

import pytest
from django.apps import apps
from django.db import connection

from layers import reading, registry
from layers.changes import TRIGGER_NAMES
from layers.checks import check_log, faults_of
from layers.spec import Audience, LayerSpec, Text

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)


@every_layer
def test_its_declaration_and_its_model_agree(layer: LayerSpec):
    assert [fault.msg for fault in faults_of(layer)] == []


@every_layer
def test_it_speaks_both_languages(layer: LayerSpec):
    texts: list[Text] = [layer.title, layer.description]
    for field in layer.fields:
        texts += [field.title, *field.codes.values()]
    assert all(text.ja.strip() and text.en.strip() for text in texts)


@every_layer
def test_it_states_licence_and_colours(layer: LayerSpec):
    assert layer.open_data.licence
    assert layer.style.kind in {"icon", "dot", "line", "fill", "label"}
    for colour in [layer.style.colour, layer.style.outline or "#000000", *layer.style.colours.values()]:
        assert colour.startswith("#")
        assert len(colour) == 7


@every_layer
def test_the_public_reads_exactly_the_public_fields(layer: LayerSpec, db: None):
    query = reading.features_query(reading.select(layer, Audience.PUBLIC))
    hidden = {field.name for field in layer.fields if not Audience.PUBLIC.covers(field.read)}
    assert not any(f'"{name}"' in query.sql for name in hidden - {layer.rows and layer.rows.field})
    assert list(reading.rows(query)) == []


@every_layer
def test_its_table_keeps_the_log(layer: LayerSpec, db: None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [layer.table])
        assert {row[0] for row in cursor.fetchall()} >= set(TRIGGER_NAMES)


def test_every_feature_model_is_declared_as_a_layer():
    from layers.feature import Feature

    declared = {layer.model for layer in registry.every()}
    models = {model for model in apps.get_app_config("layers").get_models() if issubclass(model, Feature)}
    assert models == declared


def test_a_missing_trigger_is_reported(db: None):
    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER machigis_update ON "layers_shelter"')
    assert [fault.id for fault in check_log(databases=["default"])] == ["layers.E007"]
