"""Choices are facts: the database refuses to edit or delete them. Views tell when each one held, for whom today."""

from django.db import migrations

TABLES = (
    "consent_careteam",
    "consent_opposition",
    "consent_maskeddocument",
    "consent_minorsecret",
    "consent_trustedperson",
    "consent_representation",
    "consent_protectedidentity",
    "consent_withdrawal",
)

FROZEN = """
CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'un choix ne se modifie pas, il se retire (%, %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION consent_refuse();\n"
    for table in TABLES
)

BEARER = """
-- When identity moved every file of a person to another, what was told for the first counts for the second.
CREATE VIEW consent_bearer AS
SELECT person.id AS told_for, person.id AS person_id FROM identity_person person
UNION ALL
SELECT was.person_id, now.person_id
FROM identity_membership was
JOIN identity_membership now ON now.local_identity_id = was.local_identity_id AND now.until IS NULL
WHERE was.until IS NOT NULL AND was.person_id <> now.person_id
  AND NOT EXISTS (SELECT FROM identity_membership still WHERE still.person_id = was.person_id AND still.until IS NULL);
"""

PERIODS = {
    "careteam": ("consent_careteam", "rpps, c.account_id, c.establishment, c.unit, c.level, c.is_main_doctor"),
    "opposition": ("consent_opposition", "scope, c.establishment, c.rpps, c.account_id"),
    "masked": ("consent_maskeddocument", "document_id"),
    "secret": ("consent_minorsecret", "item, c.item_id"),
    "protected": ("consent_protectedidentity", "reason"),
}


def _period(name: str, table: str, columns: str) -> str:
    return f"""
CREATE VIEW consent_{name}_period AS
SELECT c.id, b.person_id, c.{columns}, c.starts_at, least(c.ends_at, w.at) AS ends_at
FROM {table} c
JOIN consent_bearer b ON b.told_for = c.person_id
LEFT JOIN consent_withdrawal w ON w.choice_id = c.id;
"""


REPRESENTATION = """
CREATE VIEW consent_representation_period AS
SELECT c.id, b.person_id, r.person_id AS representative_id, c.nature, c.starts_at, least(c.ends_at, w.at) AS ends_at
FROM consent_representation c
JOIN consent_bearer b ON b.told_for = c.person_id
JOIN consent_bearer r ON r.told_for = c.representative_id
LEFT JOIN consent_withdrawal w ON w.choice_id = c.id;
"""

VIEWS = BEARER + "".join(_period(name, *told) for name, told in PERIODS.items()) + REPRESENTATION

UNDONE = (
    "DROP VIEW consent_representation_period, "
    + ", ".join(f"consent_{name}_period" for name in PERIODS)
    + ";DROP VIEW consent_bearer;DROP FUNCTION consent_refuse() CASCADE;"
)


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_choices"), ("identity", "0001_initial")]

    operations = [migrations.RunSQL(FROZEN + VIEWS, UNDONE)]
