"""What a viewer is to the persons named by files, and their other files: planned once per connection."""

from django.db import migrations

AROUND = """
CREATE FUNCTION record_standings_around(files uuid[], viewer_account uuid, viewer_person uuid, here text[],
    moment timestamptz, told text[])
RETURNS TABLE (person_id uuid, ids uuid[], is_known boolean, is_treated boolean, has_emergency boolean,
    is_represented boolean, has_decided boolean)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF told IS NOT NULL THEN
        PERFORM set_config('passerelle.reach', told[1], true), set_config('passerelle.account', told[2], true),
            set_config('passerelle.person', told[3], true), set_config('passerelle.rpps', told[4], true),
            set_config('passerelle.places', told[5], true);
    END IF;
    RETURN QUERY SELECT asked.person_id, found.*
    FROM (SELECT DISTINCT named.person_id FROM identity_membership named
        WHERE named.local_identity_id = ANY(files) AND named.until IS NULL) asked
    CROSS JOIN LATERAL record_standing(asked.person_id, viewer_account, viewer_person, here, moment) found;
END $$;
"""
OTHERS = """
CREATE FUNCTION record_other_files(asked uuid[]) RETURNS TABLE (file uuid, others uuid[])
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY SELECT mine.local_identity_id, array_agg(other.local_identity_id ORDER BY other.local_identity_id)
    FROM identity_membership mine
    JOIN identity_membership other ON other.person_id = mine.person_id AND other.until IS NULL
        AND other.local_identity_id <> mine.local_identity_id
    JOIN identity_localidentity known ON known.id = other.local_identity_id AND known.superseded_by_id IS NULL
    WHERE mine.local_identity_id = ANY(asked) AND mine.until IS NULL
    GROUP BY mine.local_identity_id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0010_decided_persons")]

    operations = [
        migrations.RunSQL(AROUND + OTHERS, "DROP FUNCTION record_other_files; DROP FUNCTION record_standings_around;"),
    ]
