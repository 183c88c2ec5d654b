from django.db import migrations

# What a refused message may be found by. Only refused messages are in the index: those that are taken pay nothing.
FORWARDS = """
CREATE FUNCTION exchange_marks(keys text[], control_id text, facility text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT array_agg(split_part(key, '|', 1)) || control_id || facility FROM unnest(keys) AS key $$;
CREATE INDEX exchange_message_refused ON exchange_message
    USING gin (exchange_marks(keys, control_id::text, sending_facility::text)) WHERE NOT accepted;
"""
BACKWARDS = "DROP INDEX exchange_message_refused; DROP FUNCTION exchange_marks(text[], text, text);"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_flows_by_channel")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
