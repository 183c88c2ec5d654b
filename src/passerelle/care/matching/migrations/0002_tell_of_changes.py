from django.db import migrations

# What a change of must be looked at again by the matcher. In the transaction of the change: nothing is missed, whoever
# writes. Appending never waits for anyone, so the path of messages is not held up.
TOLD = (
    "birth_name, used_name, given_names, first_given, birth_date, sex, birth_place, address, phone, email, status,"
    " attributes, ins_matricule, ins_family, ins_key_ok, ipp, superseded_by_id"
)
COLUMNS = [name.strip() for name in TOLD.split(",")]
OLD, NEW = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))

CREATE = f"""
CREATE FUNCTION matching_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO matching_waiting (local_identity_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER matching_told_of_new AFTER INSERT ON identity_localidentity
    FOR EACH ROW EXECUTE FUNCTION matching_tell();
CREATE TRIGGER matching_told_of_change AFTER UPDATE ON identity_localidentity
    FOR EACH ROW WHEN (({OLD}) IS DISTINCT FROM ({NEW})) EXECUTE FUNCTION matching_tell();
INSERT INTO matching_waiting (local_identity_id) SELECT id FROM identity_localidentity ORDER BY created_at, id;
"""
DROP = """
DROP TRIGGER matching_told_of_change ON identity_localidentity;
DROP TRIGGER matching_told_of_new ON identity_localidentity;
DROP FUNCTION matching_tell();
"""


class Migration(migrations.Migration):
    """A trigger tells the matcher of every new local identity and of every change of traits."""

    dependencies = [
        ("matching", "0001_profiles_and_pairs"),
        ("identity", "0001_initial"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
