"""The functions that the tables' constraints call, before there are tables."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

from layers import changes


def install(apps, schema_editor) -> None:
    changes.install()


class Migration(migrations.Migration):
    initial = True
    operations = [CreateExtension("postgis"), migrations.RunPython(install, migrations.RunPython.noop)]
