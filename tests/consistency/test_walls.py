"""A table that knows a person has a policy, or a reason not to: a new one without either fails the build."""

import pytest
from django.db import connection

#: Tables that name a person and have no policy of their own, each with its reason.
WITHOUT_POLICY = {
    "access_account": "who signs in: read before anybody is known",
    "access_emergencyaccess": "read to decide, by the account that holds it and by those who review",
    "appointments_booking": "agendas of the hospitals: first wall only",
    "appointments_feedtoken": "read by the address alone, which is the secret",
    "appointments_waitingentry": "agendas of the hospitals: first wall only",
    "audit_event": "the journal is append-only; patients and controllers read it by selectors of its own",
    "carepaths_following": "who follows what: first wall only; the CarePlan of the record has its policy",
    "consent_relativeinvitation": "read by the fingerprint of a code alone, before who holds it is known",
    "devices_measure": "measures on their way: first wall only; the Observation of the record has its policy",
    "devices_monitoring": "teams at work on every person they follow: first wall only",
    "devices_pairing": "who holds which device: read to decide whose a measure is",
    "devices_share": "read to decide what a carer may see",
    "forms_filling": "drafts: first wall only; the QuestionnaireResponse of the record has its policy",
    "governance_mandate": "`person_name` is a member of a body, not a patient",
    "identitovigilance_deskfile": "the desk of identities works on every hospital (RNIV)",
    "identity_identifier": "identities are told apart before a record is opened (RNIV)",
    "identity_identityevidence": "identities are told apart before a record is opened (RNIV)",
    "identity_insicall": "identities are told apart before a record is opened (RNIV)",
    "identity_membership": "what joins identities: read to decide whose a record is",
    "identity_merge": "what joins identities: read to decide whose a record is",
    "liaison_discharge": "letters in preparation: first wall only",
    "liaison_dispatch": "letters on their way: first wall only",
    "liaison_mail": "mail whose patient is not known yet: first wall only",
    "liaison_referral": "requests of town doctors: first wall only",
    "matching_birthnote": "comparison of identities across hospitals (RNIV)",
    "matching_profile": "comparison of identities across hospitals (RNIV)",
    "matching_waiting": "comparison of identities across hospitals (RNIV)",
    "messaging_thread": "teams and patients: first wall only; the Communication of the record has its policy",
    "oauth_authorisation": "what an application was opened for, read to decide who looks",
    "oauth_launchticket": "what an application was opened for, read to decide who looks",
    "patientspace_announcement": "read to decide what is held from a patient",
    "patientspace_invitation": "read by the fingerprint of a code alone, before who holds it is known",
    "patientspace_plainsummary": "first wall only; the document it sums up has its policy",
    "preadmission_preadmission": "the desk prepares every coming of its hospital: first wall only",
    "reminders_reachchoice": "how a person is reached, read by the house when it plans",
    "reminders_reminder": "what leaves for the comings of a hospital: first wall only",
    "reminders_smsconsent": "how a person is reached, read by the house when it plans",
}
#: Views over walled tables that run as their owner, each with its reason.
OWNER_VIEWS = {
    "consent_careteam_period": "the decision must know of every choice, or it would forget a refusal",
    "consent_opposition_period": "the decision must know of every choice, or it would forget a refusal",
    "consent_masked_period": "the decision must know of every choice, or it would forget a refusal",
    "consent_secret_period": "the decision must know of every choice, or it would forget a refusal",
    "consent_protected_period": "the decision must know of every choice, or it would forget a refusal",
    "consent_representation_period": "the decision must know of every choice, or it would forget a refusal",
    "record_decided": "whether somebody decided anything: asked before each decision",
}
_NAMES_A_PERSON = """
    SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT a.attisdropped AND a.attname ~ '(^|_)(person|patient|local_identity|beneficiary)(_|$)'
    AND a.atttypid IN ('uuid'::regtype, 'text'::regtype, 'varchar'::regtype)
"""
_WALLED = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
    AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
"""
_VIEWS = """
    SELECT DISTINCT v.relname FROM pg_class v
    JOIN pg_rewrite r ON r.ev_class = v.oid JOIN pg_depend d ON d.objid = r.oid AND d.refobjid <> v.oid
    JOIN pg_class t ON t.oid = d.refobjid AND t.relrowsecurity
    WHERE v.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (v.reloptions), false)
"""
_MATERIALISED = "SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace = 'public'::regnamespace"


def _names(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_that_names_a_person_has_a_policy_or_a_reason():
    named, walled = _names(_NAMES_A_PERSON), _names(_WALLED)

    assert {"record_resource", "record_version", "record_content", "consent_opposition"} <= walled
    assert named - walled - WITHOUT_POLICY.keys() == set()
    assert WITHOUT_POLICY.keys() & walled == set()


@pytest.mark.django_db
def test_a_new_table_without_a_policy_is_found():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted_note (id bigint, local_identity_id uuid)")

    assert "planted_note" in _names(_NAMES_A_PERSON) - _names(_WALLED)


@pytest.mark.django_db
def test_no_view_looks_over_the_wall_without_a_reason():
    assert _names(_VIEWS) - OWNER_VIEWS.keys() == set()
    assert _names(_MATERIALISED) == set()
