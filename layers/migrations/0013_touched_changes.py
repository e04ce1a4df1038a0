"""An index by which a tile finds the changes that touch it, however long the log is.

The area comes before the revision: GiST keeps together what is alike in the first columns, and neighbours in the plane
are what is asked for. The sum keeps the planner from using it for one revision, for which there is a better index.
"""

from django.contrib.postgres.indexes import GistIndex
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0012_change_began_at"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.AddIndex(
            model_name="change",
            index=GistIndex("layer", "area", models.F("revision") + 0, name="change_touched"),
        ),
    ]
