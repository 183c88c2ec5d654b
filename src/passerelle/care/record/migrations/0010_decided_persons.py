"""Whether a person decided anything, asked before what they decided: nearly nobody did, and views join everybody.

What is asked of one person goes by indexes, from a value; and what a viewer cannot be to a person is not looked for.
"""

from django.db import migrations

# Any person who ever bore one of the files counts: what is true too often is looked at closer.
DECIDED = """
CREATE FUNCTION record_has_decided(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told_for uuid[] := ARRAY(
        SELECT was.person_id FROM identity_membership now
        JOIN identity_membership was ON was.local_identity_id = now.local_identity_id
        WHERE now.person_id = asked AND now.until IS NULL AND was.until IS NOT NULL) || asked;
BEGIN
    RETURN EXISTS (SELECT FROM consent_careteam told WHERE told.person_id = ANY (told_for))
        OR EXISTS (SELECT FROM consent_opposition told WHERE told.person_id = ANY (told_for))
        OR EXISTS (SELECT FROM consent_maskeddocument told WHERE told.person_id = ANY (told_for))
        OR EXISTS (SELECT FROM consent_minorsecret told WHERE told.person_id = ANY (told_for))
        OR EXISTS (SELECT FROM consent_protectedidentity told WHERE told.person_id = ANY (told_for));
END $$;
CREATE FUNCTION record_bearer(file uuid) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT member.person_id FROM identity_membership member
        WHERE member.local_identity_id = file AND member.until IS NULL);
CREATE FUNCTION record_bearer_has_decided(file uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(record_has_decided(record_bearer(file)), false);
END $$;
"""
SPARED = """
CREATE FUNCTION record_is_masked(file uuid, row_type text, row_id uuid, body text, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bearer uuid := record_bearer(file);
BEGIN
    RETURN EXISTS (SELECT FROM consent_masked_period told WHERE told.person_id = bearer
        AND told.starts_at <= moment AND (told.ends_at IS NULL OR told.ends_at > moment)
        AND (told.document_id = row_id
            OR (row_type <> 'DocumentReference' AND position(told.document_id::text IN body) > 0)));
END $$;
CREATE FUNCTION record_is_secret(file uuid, row_id uuid, body text, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bearer uuid := record_bearer(file);
BEGIN
    RETURN EXISTS (SELECT FROM consent_secret_period told WHERE told.person_id = bearer
        AND told.starts_at <= moment AND (told.ends_at IS NULL OR told.ends_at > moment)
        AND (told.item_id = row_id OR position(told.item_id::text IN body) > 0));
END $$;
CREATE FUNCTION record_is_protected(file uuid, moment timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    bearer uuid := record_bearer(file);
BEGIN
    RETURN EXISTS (SELECT FROM consent_protected_period told WHERE told.person_id = bearer
        AND told.starts_at <= moment AND (told.ends_at IS NULL OR told.ends_at > moment));
END $$;
"""
# As before, one question at a time: an application alone, which is tied to nobody, asks the first and the last.
STANDING = """
CREATE OR REPLACE FUNCTION record_standing(asked uuid, viewer_account uuid, viewer_person uuid, here text[],
    moment timestamptz)
RETURNS TABLE (ids uuid[], is_known boolean, is_treated boolean, has_emergency boolean, is_represented boolean,
    has_decided boolean)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    known_here uuid[];
    still_after timestamptz;
BEGIN
    SELECT array_agg(local.id), array_agg(local.id) FILTER (WHERE local.establishment_id = ANY(here))
        INTO ids, known_here
        FROM identity_membership member JOIN identity_localidentity local ON local.id = member.local_identity_id
        WHERE member.person_id = asked AND member.until IS NULL;
    is_known := known_here IS NOT NULL;
    is_treated := false;
    IF is_known AND viewer_account IS NOT NULL THEN
        -- How long a stay makes a care team; null, so nobody treats, when no parameter is in force.
        still_after := moment - make_interval(days => (
            SELECT told.value::int FROM parameters_legalparameter told
            WHERE told.key = 'access.treating_days_after_stay'
            AND told.valid_from <= (moment AT TIME ZONE 'Europe/Paris')::date
            AND (told.valid_until IS NULL OR told.valid_until > (moment AT TIME ZONE 'Europe/Paris')::date)));
        is_treated := EXISTS (
            SELECT FROM record_resource stay WHERE stay.local_identity_id = ANY(known_here) AND stay.type = 'Encounter'
            AND NOT stay.deleted AND stay.establishment = ANY(here)
            AND stay.status <> ALL(ARRAY['cancelled', 'entered-in-error'])
            AND coalesce(stay.date_end, 'infinity') > still_after);
    END IF;
    has_emergency := viewer_account IS NOT NULL AND EXISTS (
        SELECT FROM access_emergencyaccess door WHERE door.account_id = viewer_account
        AND door.person_id = asked AND door.at <= moment AND door.expires_at > moment
        AND (door.ended_at IS NULL OR door.ended_at > moment));
    is_represented := false;
    IF viewer_person IS NOT NULL THEN
        is_represented := EXISTS (SELECT FROM consent_representation_period period
            WHERE period.person_id = asked AND period.representative_id = viewer_person
            AND period.starts_at <= moment AND (period.ends_at IS NULL OR period.ends_at > moment));
    END IF;
    has_decided := record_has_decided(asked);
    RETURN NEXT;
END $$;
"""
NAMES = "record_is_protected, record_is_secret, record_is_masked, record_bearer_has_decided, record_bearer"


class Migration(migrations.Migration):
    dependencies = [("record", "0009_export_filters"), ("consent", "0004_follow_up")]

    operations = [
        migrations.RunSQL(DECIDED + SPARED, f"DROP FUNCTION {NAMES}, record_has_decided;"),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
    ]
