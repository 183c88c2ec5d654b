"""Plan the statements of the chain once for a connection: by the indexes, whatever the size of the journal then.

What is not chained yet is at the end of the journal: PostgreSQL, which cannot know it without the values, would plan
each commit anew, for more than the statements themselves take.
"""

from django.db import migrations

ONCE = """
ALTER FUNCTION audit_chain() SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chained_by_lot")]

    operations = [migrations.RunSQL(ONCE, "ALTER FUNCTION audit_chain() RESET ALL;")]
