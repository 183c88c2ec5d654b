"""Hash-partition the record by local identity: a patient's rows live together, and may move to another server together."""

from django.db import migrations

PARTITIONS = 8

RESOURCE = """
DROP TABLE record_resource;
CREATE TABLE record_resource (
    type text NOT NULL,
    id uuid NOT NULL,
    local_identity_id uuid NOT NULL,
    version integer NOT NULL,
    last_updated timestamptz NOT NULL,
    source text NOT NULL,
    body text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    establishment text NOT NULL,
    status text,
    class_code text,
    codes text[],
    categories text[],
    date_start timestamptz,
    date_end timestamptz,
    identifiers text[],
    encounter uuid,
    security text[],
    names text,
    birth_date date,
    gender text,
    number_value double precision,
    PRIMARY KEY (id, type, local_identity_id)
) PARTITION BY HASH (local_identity_id);
CREATE INDEX record_resource_patient ON record_resource (local_identity_id, type, date_start);
CREATE INDEX record_resource_recent ON record_resource (type, last_updated, id);
CREATE INDEX record_resource_identifier ON record_resource USING gin (identifiers)
    WHERE type IN ('Patient', 'Encounter', 'DocumentReference');
"""

VERSION = """
DROP TABLE record_version;
CREATE TABLE record_version (
    type text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    local_identity_id uuid NOT NULL,
    last_updated timestamptz NOT NULL,
    source text NOT NULL,
    body text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (id, type, version, local_identity_id)
) PARTITION BY HASH (local_identity_id);
"""

CONTENT = """
DROP TABLE record_content;
CREATE TABLE record_content (
    id uuid NOT NULL,
    local_identity_id uuid NOT NULL,
    mime text NOT NULL,
    sha256 bytea NOT NULL,
    body bytea NOT NULL,
    size integer NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (id, local_identity_id)
) PARTITION BY HASH (local_identity_id);
ALTER TABLE record_content ALTER COLUMN body SET STORAGE EXTERNAL;
"""


def partitions(table: str) -> str:
    return "".join(
        f"CREATE TABLE {table}_{rank} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {rank});\n"
        for rank in range(PARTITIONS)
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [
        migrations.RunSQL(RESOURCE + partitions("record_resource"), migrations.RunSQL.noop),
        migrations.RunSQL(VERSION + partitions("record_version"), migrations.RunSQL.noop),
        migrations.RunSQL(CONTENT + partitions("record_content"), migrations.RunSQL.noop),
    ]
