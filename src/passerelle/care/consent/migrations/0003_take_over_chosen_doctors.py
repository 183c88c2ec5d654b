"""Take over the town doctors that people chose, before the table of core.access that held them goes."""

from django.db import migrations

TAKE_OVER = """
INSERT INTO consent_careteam (id, person_id, starts_at, ends_at, at, by_account, by_name, by_role, door, rpps,
                              account_id, establishment, unit, label, level, is_main_doctor)
SELECT gen_random_uuid(), chosen.person_id,
       chosen.starts_on::timestamp AT TIME ZONE 'Europe/Paris', chosen.ends_on::timestamp AT TIME ZONE 'Europe/Paris',
       chosen.starts_on::timestamp AT TIME ZONE 'Europe/Paris', NULL, 'Passerelle', 'system', 'taken_over',
       coalesce(account.professional_id, ''), account.id, '', '', account.display_name, 'all_masked', true
FROM access_chosendoctor chosen JOIN access_account account ON account.id = chosen.account_id
WHERE chosen.ends_on IS NULL OR chosen.ends_on > chosen.starts_on
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_facts_and_periods"), ("access", "0003_applications")]
    run_before = [("access", "0004_emergency_follow_up")]

    operations = [migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop)]
