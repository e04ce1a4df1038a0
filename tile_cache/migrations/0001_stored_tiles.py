from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredTile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tileset",
                        "grid",
                        "z",
                        "x",
                        "y",
                        "suffix",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tileset", models.CharField(db_collation="C", max_length=200)),
                ("grid", models.CharField(db_collation="C", max_length=200)),
                ("z", models.SmallIntegerField()),
                ("x", models.BigIntegerField()),
                ("y", models.BigIntegerField()),
                ("suffix", models.CharField(db_collation="C", max_length=10)),
                ("bytes", models.IntegerField()),
                ("rendered_at", models.DateTimeField()),
                ("used_at", models.DateTimeField()),
                ("hits", models.BigIntegerField(db_default=0)),
                ("render_ms", models.FloatField(null=True)),
                ("recipe", models.CharField(db_default="", max_length=40)),
            ],
        ),
        # Rebuilt from the store itself where a crash empties it; its rows change with each hit, in place.
        migrations.RunSQL(
            "ALTER TABLE tile_cache_storedtile SET UNLOGGED; ALTER TABLE tile_cache_storedtile SET (fillfactor = 70)",
            migrations.RunSQL.noop,
        ),
    ]
