"""The table of what the layers name (see `layers.gazetteer`)."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0003_pedestrian_columns"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlacesRead",
            fields=[
                ("layer", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("revision", models.BigIntegerField()),
                ("rules", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layer", models.CharField(max_length=60)),
                ("feature_id", models.CharField(db_collation="C", max_length=120)),
                ("city_code", models.CharField(max_length=6)),
                ("name", models.TextField()),
                ("kana", models.TextField()),
                ("address", models.TextField()),
                ("code", models.TextField()),
                ("same_place", models.TextField()),
                ("extent_m", models.IntegerField()),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("name_key", models.TextField(db_collation="C")),
                ("kana_key", models.TextField(db_collation="C")),
                ("address_key", models.TextField(db_collation="C")),
                ("grams", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"))),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["grams"], name="place_grams"),
                    models.Index(fields=["name_key"], name="place_name"),
                    models.Index(fields=["same_place", "city_code"], name="place_same"),
                ],
                "constraints": [models.UniqueConstraint(fields=("layer", "feature_id"), name="place_feature")],
            },
        ),
    ]
