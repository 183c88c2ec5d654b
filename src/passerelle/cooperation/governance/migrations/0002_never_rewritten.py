from django.db import migrations

# What was voted and decided is not rewritten, not even by a mistaken statement. A truncation (test databases) is not a
# row operation and passes.
FREEZE = """
CREATE FUNCTION governance_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'governance: % of % is refused, the row is final', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER governance_vote_final BEFORE UPDATE OR DELETE ON governance_vote
    FOR EACH ROW EXECUTE FUNCTION governance_refuse_change();
CREATE TRIGGER governance_decision_final BEFORE UPDATE OR DELETE ON governance_decision
    FOR EACH ROW EXECUTE FUNCTION governance_refuse_change();
CREATE TRIGGER governance_ballot_kept BEFORE DELETE ON governance_ballot
    FOR EACH ROW EXECUTE FUNCTION governance_refuse_change();

CREATE TRIGGER governance_ballot_frozen BEFORE UPDATE ON governance_ballot
    FOR EACH ROW WHEN (
        OLD.item_id <> NEW.item_id OR OLD.opened_at <> NEW.opened_at OR OLD.rule <> NEW.rule
        OR OLD.electorate <> NEW.electorate OR OLD.exhibit_json <> NEW.exhibit_json
        OR OLD.exhibit_sha256 <> NEW.exhibit_sha256
        OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at)
    ) EXECUTE FUNCTION governance_refuse_change();

CREATE FUNCTION governance_vote_in_open_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ballot governance_ballot%ROWTYPE;
BEGIN
    SELECT * INTO ballot FROM governance_ballot WHERE id = NEW.ballot_id FOR SHARE;
    IF ballot.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'governance: the ballot is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT ballot.electorate @> jsonb_build_array(jsonb_build_object('code', NEW.establishment_id)) THEN
        RAISE EXCEPTION 'governance: % is not in the electorate', NEW.establishment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_vote_allowed BEFORE INSERT ON governance_vote
    FOR EACH ROW EXECUTE FUNCTION governance_vote_in_open_ballot();
"""

THAW = """
DROP TRIGGER governance_vote_allowed ON governance_vote;
DROP TRIGGER governance_ballot_frozen ON governance_ballot;
DROP TRIGGER governance_ballot_kept ON governance_ballot;
DROP TRIGGER governance_decision_final ON governance_decision;
DROP TRIGGER governance_vote_final ON governance_vote;
DROP FUNCTION governance_vote_in_open_ballot();
DROP FUNCTION governance_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
