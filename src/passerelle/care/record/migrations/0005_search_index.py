"""What no typed column answers: terms looked up exactly, values compared; and the newest versions of a type."""

import django.contrib.postgres.fields
from django.db import migrations, models

# `record_term` is `rules.terms.term`; `record_fold` is `fhir.fold` for what is read out of a body.
FUNCTIONS = """
CREATE FUNCTION record_term(told text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ('x' || substr(md5(told), 1, 16))::bit(64)::bigint;
CREATE FUNCTION record_fold(told text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(btrim(regexp_replace(
        regexp_replace(normalize(replace(replace(told, 'œ', 'oe'), 'æ', 'ae'), NFKD), '[\\u0300-\\u036f]', '', 'g'),
        '[-''’\\s]+', ' ', 'g')));
"""
INDEXES = """
CREATE INDEX record_resource_terms ON record_resource USING gin (terms) WHERE terms IS NOT NULL;
DROP INDEX record_resource_identifier;
CREATE INDEX record_resource_identifier ON record_resource USING gin (identifiers) WHERE identifiers IS NOT NULL;
DROP INDEX record_resource_patient;
CREATE INDEX record_resource_patient ON record_resource (local_identity_id, type, date_start DESC NULLS LAST);
CREATE INDEX record_version_recent ON record_version (type, last_updated, id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0004_read_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="resource",
            name="terms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None, verbose_name="termes cherchés"
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="extras",
            field=models.JSONField(null=True, verbose_name="valeurs comparées"),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
    ]
