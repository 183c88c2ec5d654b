from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE exchange_message ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE exchange_message ALTER COLUMN seq DROP IDENTITY",
        )
    ]
