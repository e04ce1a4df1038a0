"""An index by which a tile finds the changes that touch it, however long the log is."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0012_change_began_at"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.AddIndex(
            model_name="change",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["layer", "revision", "area"], name="change_touched"
            ),
        ),
    ]
