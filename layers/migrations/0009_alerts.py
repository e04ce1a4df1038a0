import django.contrib.gis.db.models.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import layers.feature


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0008_raster"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.CharField(db_collation="C", max_length=120, primary_key=True, serialize=False)),
                ("city_code", models.CharField(blank=True, db_default="", max_length=6)),
                ("source", models.CharField(blank=True, db_default="", max_length=120)),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "entered_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("title", models.CharField(max_length=300)),
                ("identifier", models.CharField(max_length=300)),
                ("publisher", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("msg_type", models.CharField(max_length=20)),
                ("urgency", models.CharField(blank=True, db_default="", max_length=20)),
                ("severity", models.CharField(blank=True, db_default="", max_length=20)),
                ("certainty", models.CharField(blank=True, db_default="", max_length=20)),
                ("headline", models.TextField(blank=True, db_default="")),
                ("description", models.TextField(blank=True, db_default="")),
                ("instruction", models.TextField(blank=True, db_default="")),
                ("sent_at", models.DateTimeField()),
                ("onset_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("max_intensity", models.CharField(blank=True, db_default="", max_length=10)),
                ("city_intensity", models.CharField(blank=True, db_default="", max_length=10)),
                ("magnitude", models.FloatField(null=True)),
                ("depth_km", models.FloatField(null=True)),
                ("language", models.CharField(blank=True, db_default="", max_length=20)),
                ("references", models.TextField(blank=True, db_default="")),
                ("geometry", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=layers.feature.IsSoundGeometry(models.F("geometry")), name="alert_geometry_is_sound"
                    )
                ],
            },
        ),
    ]
