from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_waiting_list")]

    operations = [
        migrations.AddField(
            model_name="serieschange",
            name="had",
            field=models.JSONField(default=dict),
        ),
    ]
