from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_the_protocol_draft")]

    operations = [
        migrations.AddField("series", "cleared_on", models.DateField(null=True)),
        migrations.AddField("series", "held_by_answers", models.BooleanField(default=False)),
        migrations.AddField("series", "windows", models.JSONField(default=dict)),
    ]
