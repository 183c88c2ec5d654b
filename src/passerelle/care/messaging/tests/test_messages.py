"""A patient writes to a team that knows them; the team answers within what it promised; parents see no secret."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.consent import api as consent
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.messaging.api import Clock, TeamCard, escalate, load_team, unread
from passerelle.care.messaging.models import Draft, Member, Piece, Post, Thread
from passerelle.care.messaging.rules.clock import clock, delay_in_words, due
from passerelle.care.messaging.selectors.counted import answered
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.savings.counting import countings
from passerelle.core.access.api import Role
from passerelle.core.access.models import Account
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent
from passerelle.core.notify.models import Message

pytestmark = pytest.mark.django_db
CARD = TeamCard(
    code="chirurgie",
    establishment="aphm",
    name="Équipe de chirurgie",
    email="chirurgie@exemple.invalid",
    escalation_email="cadre@exemple.invalid",
    templates={"Bien reçu": "Nous avons bien reçu votre message."},
)


def at(name, *args):
    return reverse(f"messaging:{name}", args=args)


class Ward:
    """Zoé, who stayed in a hospital of ours, and Alice, who answers for its team."""

    def __init__(self):
        pages.lay_the_ground()
        self.zoe_id, self.local = pages.a_person("aphm")
        pages.a_stay(self.local)
        self.zoe, self.alice, self.bob = pages.the_patient(self.zoe_id), pages.alice(), pages.bob()
        alice = Account.objects.get(display_name="Alice")
        self.team = load_team(card=CARD, members=[alice.pk])

    def write(self, client=None, **changes):
        told = {"subject": "Mon pansement", "text": "Puis-je le mouiller ?"} | changes
        return (client or self.zoe).post(at("write_to", self.team), told)

    def thread(self):
        self.write()
        return Thread.objects.get()

    def answer(self, thread, **changes):
        return self.alice.post(at("team_thread", thread.pk), {"text": "Oui, demain."} | changes)


@pytest.fixture
def ward(db):
    return Ward()


def test_urgent_is_said_first_and_only_teams_that_know_the_patient_are_offered(ward):
    load_team(card=TeamCard(code="ailleurs", establishment="salon", name="Équipe de Salon"), members=[])
    load_team(card=TeamCard(code="autre", establishment="aphm", name="Autre service", unit_label="Loin"), members=[])

    page = ward.zoe.get(at("choose_team")).content.decode()

    assert page.index("15") < page.index("Équipe de chirurgie")
    assert all(number in page for number in ("tel:15", "tel:112", "sms:114"))
    assert "Répond sous 2 jours" in page
    assert "Équipe de Salon" not in page
    assert "Autre service" not in page


def test_a_message_is_sent_filed_and_the_team_is_told_without_its_content(ward):
    thread = ward.thread()

    assert (thread.person_id, thread.is_waiting, thread.subject) == (ward.zoe_id, True, "Mon pansement")
    told = Message.objects.get()
    assert (told.recipient, told.template) == ("chirurgie@exemple.invalid", "something_awaits_email")
    assert "pansement" not in str(told.words)
    filed = record.search("Communication", {}, local_identity_ids=[ward.local], count=5).rows
    assert [one.id for one in filed] == [Post.objects.get().communication_id]


def test_the_team_answers_in_a_name_and_the_patient_sees_it_at_once(ward):
    thread = ward.thread()
    LocalIdentity.objects.update(email="zoe@exemple.invalid")

    ward.alice.post(at("take", thread.pk))
    assert ward.answer(thread).status_code == 302

    page = ward.zoe.get(at("thread", thread.pk)).content.decode()
    assert "Oui, demain." in page
    assert "Alice" in page
    notice = Message.objects.get(recipient="zoe@exemple.invalid")
    assert notice.template == "something_awaits_email"
    assert len(record.search("Communication", {}, local_identity_ids=[ward.local], count=5).rows) == 2


def test_an_answer_is_unread_until_the_patient_says_so(ward):
    thread = ward.thread()
    ward.answer(thread)
    viewer = ward.zoe.get(at("mine")).wsgi_request.viewer

    assert [row.url_args for row in unread(viewer, ward.zoe_id, at=timezone.now())] == [(thread.pk,)]
    assert "vous a répondu" in ward.zoe.get(reverse("patientspace:home")).content.decode()
    ward.zoe.post(at("seen", thread.pk))
    assert unread(viewer, ward.zoe_id, at=timezone.now()) == []


def test_an_exchange_answered_twice_counts_once_in_the_minutes_saved(ward):
    thread, today = ward.thread(), timezone.localdate()
    assert answered(today, today + timedelta(days=1)) == []

    ward.answer(thread)
    ward.answer(thread)

    assert answered(today, today + timedelta(days=1)) == [("aphm", 1)]
    assert answered(today - timedelta(days=1), today) == []
    assert countings()["message-answered"] is answered


def test_a_team_changes_its_promise_for_the_messages_to_come(ward):
    before = ward.thread().due_at
    page = at("promises")
    assert "2 jours" in ward.alice.get(page).content.decode()

    assert ward.bob.post(page, {"team": ward.team, "hours": "4"}).status_code == 404
    assert ward.alice.post(page, {"team": ward.team, "hours": "5"}).status_code == 200
    assert "Répond sous 2 jours" in ward.zoe.get(at("choose_team")).content.decode()
    assert ward.alice.post(page, {"team": ward.team, "hours": "24"}).status_code == 302

    assert "Répond sous 24 heures" in ward.zoe.get(at("choose_team")).content.decode()
    assert Thread.objects.get().due_at == before


def test_unread_comes_first(ward):
    first = ward.thread()
    ward.write(subject="Deuxième")
    ward.answer(first)
    ward.write(subject="Troisième")

    page = ward.zoe.get(at("mine")).content.decode()

    assert page.index("Mon pansement") < page.index("Troisième") < page.index("Deuxième")


def test_a_thread_is_closed_then_opened_again(ward):
    thread = ward.thread()
    ward.zoe.post(at("close", thread.pk))
    assert "clos" in ward.zoe.post(at("thread", thread.pk), {"text": "Encore"}).content.decode()
    assert Post.objects.count() == 1

    ward.zoe.post(at("close", thread.pk), {"reopen": "1"})
    assert ward.zoe.post(at("thread", thread.pk), {"text": "Encore"}).status_code == 302
    assert Thread.objects.get().is_waiting


def test_the_last_answer_closes(ward):
    thread = ward.thread()
    ward.answer(thread, is_last="on")

    assert Thread.objects.get().closed_at is not None


def test_a_colleague_does_not_take_what_is_taken_unless_they_say_so(ward):
    thread = ward.thread()
    ward.alice.post(at("take", thread.pk))
    other = pages.client_of("Dora", Role.CLINICIAN, establishment="aphm")
    Member.objects.create(team_id=ward.team, account_id=Account.objects.get(display_name="Dora").pk)

    other.post(at("take", thread.pk))
    assert Thread.objects.get().taken_by_name == "Alice"
    other.post(at("take", thread.pk), {"force": "1"})
    assert Thread.objects.get().taken_by_name == "Dora"


@pytest.mark.parametrize("name", ["team_thread", "take", "team_close"])
def test_who_is_not_of_the_team_finds_nothing(ward, name):
    thread = ward.thread()
    stranger = pages.client_of("Eva", Role.CLINICIAN, establishment="aphm")

    for client in (ward.bob, stranger, ward.zoe):
        answer = client.get(at(name, thread.pk)) if name == "team_thread" else client.post(at(name, thread.pk))
        assert answer.status_code == 404
    assert "Mon pansement" not in stranger.get(at("worklist")).content.decode()


def test_another_patient_finds_nothing(ward):
    thread = ward.thread()
    other = pages.the_patient(pages.a_person("aphm")[0])

    assert other.get(at("thread", thread.pk)).status_code == 404
    assert other.post(at("close", thread.pk)).status_code == 404
    assert "Mon pansement" not in other.get(at("mine")).content.decode()


def test_a_broken_promise_is_told_once_and_shown(ward):
    thread = ward.thread()
    late = thread.due_at + timedelta(minutes=1)

    assert escalate(at=thread.due_at - timedelta(seconds=1)) == 0
    assert escalate(at=late) == 1
    assert escalate(at=late) == 0
    assert Message.objects.filter(recipient="cadre@exemple.invalid").count() == 1
    Thread.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "Délai dépassé" in ward.alice.get(at("worklist")).content.decode()
    assert "Elle a été relancée" in ward.zoe.get(at("thread", thread.pk)).content.decode()


def test_an_answer_stops_the_clock_and_a_new_question_starts_it_again(ward):
    thread = ward.thread()
    ward.answer(thread)
    assert escalate(at=thread.due_at + timedelta(days=9)) == 0

    ward.zoe.post(at("thread", thread.pk), {"text": "Et le sport ?"})

    again = Thread.objects.get()
    assert again.is_waiting
    assert again.due_at > thread.due_at


def test_writing_twice_does_not_give_the_team_more_time(ward):
    thread = ward.thread()

    ward.zoe.post(at("thread", thread.pk), {"text": "J’ajoute ceci."})

    assert Thread.objects.get().due_at == thread.due_at


def test_a_pdf_is_made_safe_and_given_back_to_both(ward):
    upload = SimpleUploadedFile("ordonnance.pdf", pages.PDF, "application/pdf")
    ward.write(piece=upload)
    thread, piece = Thread.objects.get(), Piece.objects.get()

    for client, name in ((ward.zoe, "piece"), (ward.alice, "team_piece")):
        answer = client.get(at(name, thread.pk, piece.file_id))
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")
    assert ward.bob.get(at("team_piece", thread.pk, piece.file_id)).status_code == 404
    assert ward.zoe.get(at("piece", thread.pk, uuid4())).status_code == 404


def test_a_file_that_is_no_document_is_refused_and_the_words_are_kept(ward):
    page = ward.write(piece=SimpleUploadedFile("essai.pdf", b"MZ rien de bon", "application/pdf"))

    assert page.status_code == 200
    assert "Puis-je le mouiller" in page.content.decode()
    assert not Thread.objects.exists()


def test_a_draft_is_kept_by_the_house_and_found_again(ward):
    ward.write(text="Je commence à écr", draft="1")

    assert "Je commence à écr" in ward.zoe.get(at("write_to", ward.team)).content.decode()
    assert not Thread.objects.exists()
    ward.write()
    assert not Draft.objects.exists()


def test_a_template_fills_the_answer(ward):
    thread = ward.thread()
    template = ward.alice.get(at("team_thread", thread.pk)).context["templates"][0]

    page = ward.alice.get(at("team_thread", thread.pk), {"modele": str(template.id)}).content.decode()

    assert "Nous avons bien reçu votre message." in page


def test_a_member_adds_a_template(ward):
    ward.alice.post(at("templates"), {"team": str(ward.team), "title": "Rappel", "text": "Appelez-nous."})

    assert "Appelez-nous." in ward.alice.get(at("templates")).content.decode()


def test_each_opening_leaves_its_event(ward):
    thread = ward.thread()
    before = AuditEvent.objects.filter(person_id=ward.zoe_id).count()

    ward.alice.get(at("team_thread", thread.pk))

    assert AuditEvent.objects.filter(person_id=ward.zoe_id).count() == before + 1


def test_an_unknown_team_or_an_empty_message_sends_nothing(ward):
    assert ward.zoe.post(at("write_to", uuid4()), {"subject": "x", "text": "y"}).status_code == 404
    assert ward.write(text="  ").status_code == 200
    assert not Thread.objects.exists()


class Home:
    """Léa, fourteen, and her mother."""

    def __init__(self, ward):
        born = date(timezone.localdate().year - 14, 1, 1)
        self.lea_id, local = pages.a_person("aphm", given=("Léa",), born=born)
        self.mother_id, _ = pages.a_person("aphm", given=("Anne",))
        pages.a_stay(local)
        self.lea, self.mother = pages.the_patient(self.lea_id), pages.the_patient(self.mother_id)
        by = consent.Voice(audit.Actor(uuid4(), "Accueil", "admission_clerk"), consent.Door.STAFF)
        mandate = consent.Mandate(self.mother_id, consent.Nature.PARENT, "Livret")
        since = timezone.now() - timedelta(days=30)
        consent.represent(person_id=self.lea_id, mandate=mandate, by=by, at=since)
        self.mother.post(reverse("patientspace:enter_space", args=[self.lea_id]))
        self.ward = ward


def test_a_minor_writes_without_the_parents_and_nothing_tells_them(ward):
    home = Home(ward)
    LocalIdentity.objects.update(email="maison@exemple.invalid")
    ward.write(home.lea, is_secret="on")
    thread = Thread.objects.get()
    ward.answer(thread)

    assert thread.is_secret
    assert home.mother.get(at("thread", thread.pk)).status_code == 404
    assert "Mon pansement" not in home.mother.get(at("mine")).content.decode()
    assert "vous a répondu" not in home.mother.get(reverse("patientspace:home")).content.decode()
    assert not Message.objects.filter(recipient="maison@exemple.invalid").exists()
    assert "Mon pansement" in home.lea.get(at("mine")).content.decode()
    assert "À taire aux parents" in ward.alice.get(at("worklist")).content.decode()
    filed = record.read("Communication", Post.objects.filter(is_from_team=False).get().communication_id)
    assert "INVISIBLE_REP_LEGAUX" in str(filed.body)


def test_a_parent_writes_for_the_child_and_it_is_said(ward):
    home = Home(ward)
    assert ward.write(home.mother).status_code == 302

    assert "pour Léa" in ward.alice.get(at("team_thread", Thread.objects.get().pk)).content.decode()
    assert "Mon pansement" in home.lea.get(at("mine")).content.decode()


def test_a_parent_cannot_ask_for_a_secret_of_the_child(ward):
    home = Home(ward)
    ward.write(home.mother, is_secret="on")

    assert not Thread.objects.get().is_secret


@given(st.integers(1, 500), st.integers(0, 60_000))
def test_the_clock_turns_once_and_at_the_promised_moment(hours, minutes):
    begun = timezone.now()
    moment = begun + timedelta(minutes=minutes)
    found = clock(is_waiting=True, due_at=due(begun, hours), hours=hours, at=moment)

    assert (found is Clock.LATE) == (minutes >= hours * 60)
    assert clock(is_waiting=False, due_at=begun, hours=hours, at=moment) is Clock.ANSWERED


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "1 heure"), (24, "24 heures"), (48, "2 jours"), (72, "3 jours"), (50, "50 heures")]
)
def test_a_delay_is_said_as_people_say_it(hours, words):
    assert delay_in_words(hours) == words
