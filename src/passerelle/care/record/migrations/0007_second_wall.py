"""Row-level security on the record and on choices: a second wall, which asks nothing of the first.

`core/access/walls.py` tells the database who looks, in the transaction that reads; with nothing told, no row is seen.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION wall_is_machine() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('passerelle.reach', true), '') = 'machine';
CREATE FUNCTION wall_controls() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(coalesce(current_setting('passerelle.reach', true), ''), ',') && ARRAY['machine', 'control'];
CREATE FUNCTION wall_compares() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(coalesce(current_setting('passerelle.reach', true), ''), ',') && ARRAY['identities'];
CREATE FUNCTION wall_places() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(coalesce(current_setting('passerelle.places', true), ''), ',');
CREATE FUNCTION wall_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('passerelle.person', true), '')::uuid;
CREATE FUNCTION wall_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('passerelle.account', true), '')::uuid;
CREATE FUNCTION wall_rpps() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('passerelle.rpps', true), '');

-- Whether anything at all may tie the viewer to a person: it is them or whom they represent, a place of theirs knows the
-- person, or they were chosen, or hold an emergency access. It runs as its owner: what it reads has policies too.
CREATE FUNCTION wall_ties_person(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN asked = wall_person()
        OR EXISTS (
            SELECT FROM identity_membership member JOIN identity_localidentity local ON local.id = member.local_identity_id
            WHERE member.person_id = asked AND member.until IS NULL AND local.establishment_id = ANY (wall_places()))
        OR EXISTS (
            SELECT FROM consent_representation_period told WHERE told.person_id = asked
            AND told.representative_id = wall_person() AND told.starts_at <= now()
            AND (told.ends_at IS NULL OR told.ends_at > now()))
        OR EXISTS (
            SELECT FROM consent_careteam_period told WHERE told.person_id = asked
            AND (told.account_id = wall_account() OR (told.rpps <> '' AND told.rpps = wall_rpps())
                OR told.establishment = ANY (wall_places()))
            AND told.starts_at <= now() AND (told.ends_at IS NULL OR told.ends_at > now()))
        OR EXISTS (
            SELECT FROM access_emergencyaccess door WHERE door.person_id = asked AND door.account_id = wall_account()
            AND door.expires_at > now() AND (door.ended_at IS NULL OR door.ended_at > now()));
END $$;
CREATE FUNCTION wall_ties(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM identity_membership member WHERE member.local_identity_id = asked AND member.until IS NULL
        AND wall_ties_person(member.person_id));
END $$;
-- A choice was told for a person whose files may have moved to another since.
CREATE FUNCTION wall_ties_told(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM consent_bearer bearer WHERE bearer.told_for = asked AND wall_ties_person(bearer.person_id));
END $$;

-- Whose a resource is, never what it says: so that an attempt on what the wall hides leaves its trace all the same.
CREATE FUNCTION wall_owner(asked_type text, asked uuid)
RETURNS TABLE (local_identity_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT held.local_identity_id, member.person_id FROM record_resource held
    LEFT JOIN identity_membership member ON member.local_identity_id = held.local_identity_id AND member.until IS NULL
    WHERE held.id = asked AND held.type = asked_type
$$;

-- Whether somebody decided anything: asked before each decision, so it sees what the policies would hide.
CREATE VIEW record_decided AS
SELECT bearer.person_id FROM consent_bearer bearer
WHERE EXISTS (SELECT FROM consent_careteam told WHERE told.person_id = bearer.told_for)
    OR EXISTS (SELECT FROM consent_opposition told WHERE told.person_id = bearer.told_for)
    OR EXISTS (SELECT FROM consent_maskeddocument told WHERE told.person_id = bearer.told_for)
    OR EXISTS (SELECT FROM consent_minorsecret told WHERE told.person_id = bearer.told_for)
    OR EXISTS (SELECT FROM consent_protectedidentity told WHERE told.person_id = bearer.told_for);
"""

NOBODYS = "local_identity_id = '00000000-0000-0000-0000-000000000000'"
POLICIES = {
    "record_resource": (
        f"{NOBODYS} OR (SELECT wall_is_machine()) OR establishment = ANY ((SELECT wall_places())::text[])"
        " OR (type = 'Patient' AND (SELECT wall_compares())) OR wall_ties(local_identity_id)"
    ),
    "record_version": f"{NOBODYS} OR (SELECT wall_is_machine()) OR wall_ties(local_identity_id)",
    "record_content": f"{NOBODYS} OR (SELECT wall_is_machine()) OR wall_ties(local_identity_id)",
    "record_stayevent": "(SELECT wall_is_machine()) OR wall_ties(local_identity_id)",
    "record_dmpchoice": "(SELECT wall_is_machine()) OR wall_ties(local_identity_id)",
    **dict.fromkeys(
        (
            "consent_careteam",
            "consent_opposition",
            "consent_maskeddocument",
            "consent_minorsecret",
            "consent_trustedperson",
            "consent_representation",
            "consent_protectedidentity",
            "consent_withdrawal",
            "consent_emergencyreview",
            "consent_noticeseen",
            "consent_question",
        ),
        "(SELECT wall_controls()) OR wall_ties_told(person_id)",
    ),
}

# A policy is judged before the conditions of a query, unless these cannot tell what they see: without this, an index on
# an array could not be used. These functions raise no error that tells a value. It takes a superuser; else an operator
# does it once (docs/how-to/separate-the-runtime-role.md), and searches that name nobody are slow until then.
LEAKPROOF = """
DO $$ BEGIN
    ALTER FUNCTION pg_catalog.arrayoverlap(anyarray, anyarray) LEAKPROOF;
    ALTER FUNCTION pg_catalog.arraycontains(anyarray, anyarray) LEAKPROOF;
    ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'arrayoverlap, arraycontains, textlike : à déclarer LEAKPROOF par un administrateur';
END $$;
"""


def _raised() -> str:
    return "".join(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY second_wall ON {table} USING ({condition}) WITH CHECK ({condition});\n"
        for table, condition in POLICIES.items()
    )


def _lowered() -> str:
    return "".join(
        f"DROP POLICY second_wall ON {table};\n"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
        for table in POLICIES
    )


NAMES = "wall_is_machine, wall_controls, wall_compares, wall_places, wall_person, wall_account, wall_rpps"


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0006_exports"),
        ("consent", "0004_follow_up"),
        ("access", "0005_runtime_role"),
        ("identity", "0004_one_proof_of_messages"),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP VIEW record_decided; DROP FUNCTION wall_owner, wall_ties_told, wall_ties, wall_ties_person;"
            f" DROP FUNCTION {NAMES};",
        ),
        migrations.RunSQL(_raised(), _lowered()),
        migrations.RunSQL(LEAKPROOF, migrations.RunSQL.noop),
    ]
