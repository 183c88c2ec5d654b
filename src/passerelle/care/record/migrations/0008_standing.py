"""What a viewer is to a person, and a read by id that tells who looks, as functions: planned once per connection.

The settings are made before the statement that reads: one round trip, one transaction, and the policies hold.
"""

from django.db import migrations

STANDING = """
CREATE FUNCTION record_standing(asked uuid, viewer_account uuid, viewer_person uuid, here text[], moment timestamptz)
RETURNS TABLE (ids uuid[], is_known boolean, is_treated boolean, has_emergency boolean, is_represented boolean,
    has_decided boolean)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- How long a stay makes a care team; null, so nobody treats, when no parameter is in force.
    still_after timestamptz := moment - make_interval(days => (
        SELECT told.value::int FROM parameters_legalparameter told
        WHERE told.key = 'access.treating_days_after_stay'
        AND told.valid_from <= (moment AT TIME ZONE 'Europe/Paris')::date
        AND (told.valid_until IS NULL OR told.valid_until > (moment AT TIME ZONE 'Europe/Paris')::date)));
BEGIN
    RETURN QUERY
    SELECT known.ids, known.is_known, known.is_treated,
        EXISTS (SELECT FROM access_emergencyaccess door WHERE door.account_id = viewer_account
            AND door.person_id = asked AND door.at <= moment AND door.expires_at > moment
            AND (door.ended_at IS NULL OR door.ended_at > moment)),
        viewer_person IS NOT NULL AND EXISTS (SELECT FROM consent_representation_period period
            WHERE period.person_id = asked AND period.representative_id = viewer_person
            AND period.starts_at <= moment AND (period.ends_at IS NULL OR period.ends_at > moment)),
        EXISTS (SELECT FROM record_decided decided WHERE decided.person_id = asked)
    FROM (
        SELECT array_agg(local.id) AS ids, coalesce(bool_or(local.establishment_id = ANY(here)), false) AS is_known,
            coalesce(bool_or(local.establishment_id = ANY(here) AND EXISTS (
                SELECT FROM record_resource stay WHERE stay.local_identity_id = local.id AND stay.type = 'Encounter'
                AND NOT stay.deleted AND stay.establishment = ANY(here)
                AND stay.status <> ALL(ARRAY['cancelled', 'entered-in-error'])
                AND coalesce(stay.date_end, 'infinity') > still_after)), false) AS is_treated
        FROM identity_membership member JOIN identity_localidentity local ON local.id = member.local_identity_id
        WHERE member.person_id = asked AND member.until IS NULL
    ) known;
END $$;
"""
READ = """
CREATE FUNCTION record_read(asked_type text, asked uuid, viewer_account uuid, viewer_person uuid, here text[],
    moment timestamptz, told text[])
RETURNS TABLE (type text, id uuid, version integer, local_identity_id uuid, last_updated timestamptz, source text,
    body text, deleted boolean, establishment text, labels text[], person_id uuid, ids uuid[], is_known boolean,
    is_treated boolean, has_emergency boolean, is_represented boolean, has_decided boolean)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF told IS NOT NULL THEN
        PERFORM set_config('passerelle.reach', told[1], true), set_config('passerelle.account', told[2], true),
            set_config('passerelle.person', told[3], true), set_config('passerelle.rpps', told[4], true),
            set_config('passerelle.places', told[5], true);
    END IF;
    RETURN QUERY
    SELECT held.type, held.id, held.version, held.local_identity_id, held.last_updated, held.source, held.body,
        held.deleted, held.establishment, coalesce(held.security, '{}'), whose.person_id, standing.*
    FROM record_resource held
    LEFT JOIN identity_membership whose ON whose.local_identity_id = held.local_identity_id AND whose.until IS NULL
    LEFT JOIN LATERAL record_standing(whose.person_id, viewer_account, viewer_person, here, moment) standing
        ON whose.person_id IS NOT NULL
    WHERE held.id = asked AND held.type = asked_type;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0007_second_wall"), ("parameters", "0001_initial")]

    operations = [
        migrations.RunSQL(STANDING + READ, "DROP FUNCTION record_read; DROP FUNCTION record_standing;"),
    ]
