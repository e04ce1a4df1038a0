import django.contrib.gis.db.models.fields
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0007_gazetteer"),
    ]

    operations = [
        migrations.CreateModel(
            name="Raster",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("elevation", "標高"), ("flood_depth", "浸水深"), ("other", "その他")], max_length=20
                    ),
                ),
                ("srid", models.PositiveIntegerField()),
                (
                    "vertical_datum",
                    models.CharField(
                        choices=[
                            ("JGD2024", "JGD2024（測地成果2024）東京湾平均海面"),
                            ("JGD2011", "JGD2011 東京湾平均海面"),
                            ("JGD2000", "JGD2000 東京湾平均海面"),
                            ("EGM96", "EGM96 ジオイド"),
                            ("EGM2008", "EGM2008 ジオイド"),
                            ("unknown", "不明"),
                        ],
                        max_length=20,
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("nodata", models.FloatField(null=True)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("bands", models.PositiveSmallIntegerField()),
                ("bounds", django.contrib.gis.db.models.fields.PolygonField(srid=4326)),
                ("resolution_m", models.FloatField()),
                ("minimum", models.FloatField(null=True)),
                ("maximum", models.FloatField(null=True)),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("source", models.CharField(max_length=120)),
                ("attribution", models.CharField(max_length=300)),
                ("licence", models.CharField(max_length=100)),
                ("imported_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
    ]
