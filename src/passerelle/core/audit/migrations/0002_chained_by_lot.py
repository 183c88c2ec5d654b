"""Chain many events by one statement, and let a head advance to the end of what was linked."""

from django.db import migrations

# What is inserted while `passerelle.journal` says « at once » is chained by the very statement, all of it under one lock
# of each head; anything else at commit, as before. Nothing is inserted without one or the other.
LOT = """
CREATE FUNCTION audit_chain_lot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event record;
    head audit_head%ROWTYPE;
    ids bigint[];
    hashes bytea[];
BEGIN
    FOR event IN SELECT id, shard, digest FROM lot ORDER BY shard, id LOOP
        IF head.shard IS DISTINCT FROM event.shard THEN
            PERFORM audit_link_lot(head, ids, hashes);
            SELECT * INTO STRICT head FROM audit_head WHERE shard = event.shard FOR UPDATE;
            ids := NULL;
            hashes := NULL;
        END IF;
        head.hash := sha256(head.hash || event.digest);
        ids := ids || event.id;
        hashes := hashes || head.hash;
    END LOOP;
    PERFORM audit_link_lot(head, ids, hashes);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_link_lot(head audit_head, ids bigint[], hashes bytea[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO audit_link (event_id, shard, sequence, hash)
        SELECT told.id, head.shard, head.sequence + told.place, told.hash
        FROM unnest(ids, hashes) WITH ORDINALITY AS told (id, hash, place);
    UPDATE audit_head SET sequence = head.sequence + cardinality(ids), hash = hashes[cardinality(ids)]
        WHERE shard = head.shard;
END $$;

CREATE TRIGGER audit_event_chained_at_once AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS lot FOR EACH STATEMENT
    WHEN (current_setting('passerelle.journal', true) = 'at once') EXECUTE FUNCTION audit_chain_lot();

DROP TRIGGER audit_event_chained ON audit_event;
CREATE CONSTRAINT TRIGGER audit_event_chained AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('passerelle.journal', true) IS DISTINCT FROM 'at once') EXECUTE FUNCTION audit_chain();
"""

# A head goes forward, to a link that is there: what it says is what was linked.
HEAD = """
CREATE OR REPLACE FUNCTION audit_head_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.shard <> OLD.shard OR NEW.sequence <= OLD.sequence OR NOT EXISTS (
        SELECT FROM audit_link link
        WHERE link.shard = NEW.shard AND link.sequence = NEW.sequence AND link.hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'une tête de chaîne avance jusqu’à son dernier maillon' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

# Events are never deleted, so a reference proved at each link proves nothing more; `verify` looks at both sides.
LINK = "ALTER TABLE audit_link DROP CONSTRAINT audit_link_event_id_fkey;"

# The canonical text of each event, as it was digested, and the digests one after the other.
WRITE = """
CREATE FUNCTION audit_write(events json, digests bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('passerelle.journal', 'at once', true);
    INSERT INTO audit_event (shard, at, action, outcome, account_id, actor_name, role, establishment, person_id, target,
        reason, detail, digest)
    SELECT told.shard, told.at, told.action, told.outcome, told.account_id, told.actor_name, told.role,
        told.establishment, told.person_id, told.target, told.reason, told.detail,
        substr(digests, told.place::int * 32 - 31, 32)
    FROM ROWS FROM (json_to_recordset(events) AS (shard smallint, at timestamptz, action text, outcome text,
        account_id uuid, actor_name text, role text, establishment text, person_id uuid, target text, reason text,
        detail jsonb)) WITH ORDINALITY AS told (shard, at, action, outcome, account_id, actor_name, role, establishment,
        person_id, target, reason, detail, place);
    PERFORM set_config('passerelle.journal', '', true);
END $$;
"""

BACK = """
DROP FUNCTION audit_write;
DROP TRIGGER audit_event_chained_at_once ON audit_event;
DROP TRIGGER audit_event_chained ON audit_event;
DROP FUNCTION audit_chain_lot, audit_link_lot;
CREATE CONSTRAINT TRIGGER audit_event_chained AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(LOT, BACK),
        migrations.RunSQL(HEAD, migrations.RunSQL.noop),
        migrations.RunSQL(LINK, migrations.RunSQL.noop),
        migrations.RunSQL(WRITE, migrations.RunSQL.noop),
    ]
