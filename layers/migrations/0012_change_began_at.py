"""When a change's transaction began: by that the rows of a bulk load, which the log does not repeat, are dated."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0011_added_layers"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="began_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["layer", "at"], name="change_layer_at"),
        ),
    ]
