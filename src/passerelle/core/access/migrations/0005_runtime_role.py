"""The role under which pages and the FHIR interface work: it owns nothing, alters nothing, and bypasses no policy."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.utils import ProgrammingError

# Another database of the same server may be making the role at this very moment.
ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'passerelle_app') THEN
        CREATE ROLE passerelle_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
MEMBER = "DO $$ BEGIN EXECUTE format('GRANT passerelle_app TO %I', current_user); END $$;"
GRANTS = """
GRANT USAGE ON SCHEMA public TO passerelle_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO passerelle_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO passerelle_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO passerelle_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO passerelle_app;
REVOKE UPDATE, DELETE ON audit_event, audit_link FROM passerelle_app;
REVOKE INSERT, DELETE ON audit_head FROM passerelle_app;
"""
HELP = """
Le rôle passerelle_app manque et ce compte ne peut pas le créer. Un administrateur de PostgreSQL exécute une fois :
    CREATE ROLE passerelle_app NOLOGIN NOBYPASSRLS;
    GRANT passerelle_app TO <compte de DATABASE_URL>;
    ALTER ROLE <compte de DATABASE_URL> BYPASSRLS;
puis la migration est reprise. Voir docs/how-to/separate-the-runtime-role.md.
"""


class RuntimeRoleMissing(Exception):
    """The role does not exist and this account may not create it."""


def make_role(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the role when this account can, and become a member of it; else say what the operator has to do."""
    del apps
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'passerelle_app')")
        if not cursor.fetchone()[0]:
            _try(editor, ROLE)
        cursor.execute("SELECT pg_has_role(current_user, 'passerelle_app', 'SET')")
        if not cursor.fetchone()[0]:
            _try(editor, MEMBER)
        cursor.execute(GRANTS)


def _try(editor: BaseDatabaseSchemaEditor, statement: str) -> None:
    try:
        with editor.connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as refused:
        raise RuntimeRoleMissing(HELP) from refused


class Migration(migrations.Migration):
    dependencies = [("access", "0004_emergency_follow_up"), ("audit", "0001_initial")]

    operations = [migrations.RunPython(make_role, migrations.RunPython.noop)]
