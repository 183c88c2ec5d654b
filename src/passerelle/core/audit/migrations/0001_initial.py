"""The tables of the journal, their append-only triggers, and the chain made at commit."""

import django.db.models.deletion
from django.db import migrations, models


TABLES = """
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 15),
    at timestamptz NOT NULL,
    action varchar(40) NOT NULL,
    outcome varchar(10) NOT NULL,
    account_id uuid,
    actor_name varchar(200) NOT NULL,
    role varchar(40) NOT NULL,
    establishment varchar(50) NOT NULL,
    person_id uuid,
    target varchar(200) NOT NULL,
    reason varchar(300) NOT NULL,
    detail jsonb NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE INDEX audit_event_person ON audit_event (person_id, at DESC, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_event_account ON audit_event (account_id, at DESC, id DESC);
CREATE INDEX audit_event_at ON audit_event (at DESC, id DESC);

CREATE TABLE audit_link (
    event_id bigint PRIMARY KEY REFERENCES audit_event (id),
    shard smallint NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    UNIQUE (shard, sequence)
);

CREATE TABLE audit_head (
    shard smallint PRIMARY KEY CHECK (shard BETWEEN 0 AND 15),
    sequence bigint NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
INSERT INTO audit_head
SELECT shard, 0, sha256(convert_to('passerelle audit ' || shard, 'UTF8')) FROM generate_series(0, 15) AS shard;
"""

CHAIN = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'le journal ne se modifie pas (%, %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_frozen BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_kept BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_link_frozen BEFORE UPDATE OR DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_link_kept BEFORE TRUNCATE ON audit_link FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_frozen BEFORE INSERT OR DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_kept BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION audit_head_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.shard <> OLD.shard OR NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION 'une tête de chaîne avance de un' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_head_steps BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_advances();

-- Runs at commit, once per event; the first call chains every event of the transaction, shard after shard in order,
-- so that two transactions never wait for each other's chain, and a chain is held for the length of a commit only.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event record;
    head audit_head%ROWTYPE;
BEGIN
    PERFORM 1 FROM audit_link WHERE event_id = NEW.id;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    -- What is visible and not chained is ours: other transactions show an event and its link together.
    FOR event IN
        SELECT e.id, e.shard, e.digest FROM audit_event e
        WHERE e.id >= NEW.id AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.event_id = e.id)
        ORDER BY e.shard, e.id
    LOOP
        SELECT * INTO STRICT head FROM audit_head WHERE shard = event.shard FOR UPDATE;
        head.sequence := head.sequence + 1;
        head.hash := sha256(head.hash || event.digest);
        INSERT INTO audit_link (event_id, shard, sequence, hash)
            VALUES (event.id, event.shard, head.sequence, head.hash);
        UPDATE audit_head SET sequence = head.sequence, hash = head.hash WHERE shard = event.shard;
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_event_chained AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""

DROP = """
DROP TABLE IF EXISTS audit_link, audit_head, audit_event CASCADE;
DROP FUNCTION IF EXISTS audit_chain(), audit_head_advances(), audit_refuse();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(TABLES + CHAIN, DROP),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.SmallIntegerField(verbose_name="chaîne")),
                ("at", models.DateTimeField(verbose_name="moment")),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("outcome", models.CharField(max_length=10, verbose_name="issue")),
                ("account_id", models.UUIDField(null=True, verbose_name="compte")),
                ("actor_name", models.CharField(max_length=200, verbose_name="acteur")),
                ("role", models.CharField(max_length=40, verbose_name="rôle")),
                ("establishment", models.CharField(max_length=50, verbose_name="établissement")),
                ("person_id", models.UUIDField(null=True, verbose_name="personne concernée")),
                ("target", models.CharField(max_length=200, verbose_name="objet")),
                ("reason", models.CharField(max_length=300, verbose_name="motif")),
                ("detail", models.JSONField(verbose_name="précisions")),
                ("digest", models.BinaryField(max_length=32, verbose_name="empreinte")),
            ],
            options={
                "verbose_name": "événement du journal",
                "verbose_name_plural": "événements du journal",
                "db_table": "audit_event",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("shard", models.SmallIntegerField(primary_key=True, serialize=False, verbose_name="chaîne")),
                ("sequence", models.BigIntegerField(verbose_name="rang")),
                ("hash", models.BinaryField(max_length=32, verbose_name="empreinte chaînée")),
            ],
            options={
                "verbose_name": "tête de chaîne du journal",
                "verbose_name_plural": "têtes de chaîne du journal",
                "db_table": "audit_head",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="audit.auditevent",
                        verbose_name="événement",
                    ),
                ),
                ("shard", models.SmallIntegerField(verbose_name="chaîne")),
                ("sequence", models.BigIntegerField(verbose_name="rang")),
                ("hash", models.BinaryField(max_length=32, verbose_name="empreinte chaînée")),
            ],
            options={
                "verbose_name": "maillon du journal",
                "verbose_name_plural": "maillons du journal",
                "db_table": "audit_link",
                "managed": False,
            },
        ),
    ]
