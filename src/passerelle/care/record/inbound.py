"""What messages do to the record. Source: IHE PAM France 2.11 (ITI-30, ITI-31); CI-SIS, CDA carried by HL7 v2."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from passerelle.care.exchange.api import Inbound, Rejected
from passerelle.care.identity import api as identity
from passerelle.care.record.rules.appointments import fact_of as appointment_fact
from passerelle.care.record.rules.consents import choices_of
from passerelle.care.record.rules.documents import Frame
from passerelle.care.record.rules.encounters import Numbered
from passerelle.care.record.rules.patients import kept_beside, patient_of
from passerelle.care.record.rules.stays import STAY_TRIGGERS
from passerelle.care.record.rules.storing import fact_of, number_of
from passerelle.care.record.services.appointments import PatientOf, apply_to_appointment
from passerelle.care.record.services.charts import Chart, HeldStay, NumberedStay, lock_patients, lock_stays
from passerelle.care.record.services.choices import keep_choice
from passerelle.care.record.services.documents import file_documents
from passerelle.care.record.services.moving import Move, UnknownStay, move_stay, was_once_of
from passerelle.care.record.services.stays import StayOf, apply_to_stay
from passerelle.care.record.services.writing import Origin, Whose, put, put_over
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir


def handle(inbound: Inbound) -> None:
    """Bring the record to what the message says, once identity has settled whose record it is.

    Raises:
        Rejected: an event has no number to tell the stay or the appointment by, or moves a stay that is not there.
    """
    event = inbound.event
    if isinstance(event, pamfr.ServiceEvent):
        return
    who = _who(inbound, event)
    if isinstance(event, pamfr.DocumentEvent):
        _file(inbound, event, who)
        return
    if isinstance(event, pamfr.AppointmentEvent):
        _book(inbound, event, who)
        return
    chart = _chart(inbound, who)
    _write_patients(inbound, who, chart)
    if event.trigger == "A44":
        _move(inbound, event, who)
    if event.trigger in STAY_TRIGGERS:
        _apply(inbound, event, who, chart)
    if event.consents is not None:
        _choose(inbound, event, event.consents, who)


class _Who(Struct, frozen=True):
    """The patient of a message, and the reference to the establishment."""

    patient: identity.ResolvedPatient
    place: dict[str, Any]

    @property
    def reference(self) -> identity.LocalIdentityRef:
        return self.patient.reference

    @property
    def absorbed(self) -> list[UUID]:
        """Return the files that this one stands for, those of a chain of merges included, in a steady order."""
        heirs = {one.id: one.superseded_by for one in self.patient.known}
        return sorted(id_ for id_ in heirs if id_ != self.reference.id and _root(id_, heirs) == self.reference.id)

    @property
    def named_id(self) -> UUID:
        """Return the file whose number the message gives: what comes under a merged number stays under it.

        So a merge undone later finds each thing with its own file, and nothing has to be sorted.
        """
        return self.reference.via_alias or self.reference.id

    @property
    def file(self) -> PatientOf:
        """Return the patient's file, as what hangs on it needs it."""
        return PatientOf(self.named_id, self.reference.establishment, self.place)

    @property
    def known_as(self) -> list[UUID]:
        """Return the patient's local identities in this establishment, merged ones included."""
        return [one.id for one in self.patient.known if one.establishment == self.reference.establishment]


def _root(id_: UUID, heirs: Mapping[UUID, UUID | None]) -> UUID:
    while (heir := heirs.get(id_)) is not None:
        id_ = heir
    return id_


def _who(inbound: Inbound, event: pamfr.PatientEvent) -> _Who:
    """Take the patient that identity has just found, or ask for it when its answer holds no more (A40, A47)."""
    patient = inbound.findings.get(identity.ResolvedPatient)
    patient = patient or identity.locate_patient(event.patient, establishment=inbound.establishment)
    if patient is None:
        raise Rejected(where="PID-3", why="patient inconnu")
    return _Who(patient, place_of(patient.reference.establishment))


def _chart(inbound: Inbound, who: _Who) -> Chart:
    """Take the chart of the patient as the messages before left it, or lock it; a new file has none yet."""
    id_, chart = who.reference.id, inbound.findings.get(Chart)
    if chart is not None and who.patient.is_new and chart.local_identity_id is None:
        chart.local_identity_id = id_
    if chart is None or chart.local_identity_id != id_:
        chart = Chart(id_, None if who.patient.is_new else lock_patients([id_]).get(id_))
    inbound.findings.keep(chart)
    return chart


def _write_patients(inbound: Inbound, who: _Who, chart: Chart) -> None:
    """Write the Patient of the local identity, and of those it absorbed."""
    aliases = who.absorbed
    origin = Origin(inbound.received_at, inbound.source, who.reference.establishment)
    resource = patient_of(who.patient.traits, place=who.place, aliases=aliases)
    resource |= kept_beside(chart.patient.body) if chart.patient else {}
    chart.patient = put_over(chart.patient, resource, Whose(who.reference.id, who.reference.id), origin)
    for alias in aliases:
        resource = patient_of(identity.local_traits(alias), place=who.place, heir=who.reference.id)
        put(resource, local_identity_id=alias, at=origin.at, source=origin.source, establishment=origin.establishment)


def _apply(inbound: Inbound, event: pamfr.AdtEvent, who: _Who, chart: Chart) -> None:
    found = number_of(event.patient.account, event.visit)
    if found is None:
        raise Rejected(where="PID-18", why="ni NDA ni numéro de venue : le séjour ne peut pas être reconnu")
    number, establishment = Numbered(*found), who.reference.establishment
    if number.value not in chart.stays:
        known_as = () if who.patient.is_new else who.known_as
        (chart.stays[number.value],) = lock_stays([NumberedStay(known_as, establishment, number.value)])
    whose = StayOf(who.named_id, establishment, who.place, number)
    fact = fact_of(event, inbound.source)
    apply_to_stay(fact, chart.stays[number.value], whose, at=inbound.received_at)


def foresee(lanes: Sequence[Sequence[Inbound]]) -> None:
    """Lock at once the Patients and the stays that several lanes speak of, whose patients identity has foreseen."""
    told = [(lane, found) for lane in lanes if (found := lane[0].findings.get(identity.FoundByIpp))]
    for establishment in {found.key[0] for _, found in told}:
        place_of(establishment)  # asked before anything is written, which a question would send
    patients = lock_patients([found.locked.row.pk for _, found in told if found.locked])
    asked: list[tuple[Chart, NumberedStay]] = []
    for lane, found in told:
        id_ = found.locked.row.pk if found.locked else None
        chart = Chart(id_, patients.get(id_) if id_ else None)
        lane[0].findings.keep(chart)
        asked += [(chart, stay) for stay in _stays_told(lane, found)]
    for (chart, numbered), stay in zip(asked, lock_stays([numbered for _, numbered in asked]), strict=True):
        chart.stays[numbered.number] = stay


def _stays_told(lane: Sequence[Inbound], found: identity.FoundByIpp) -> list[NumberedStay]:
    """Return the stays that the messages of a lane tell of the patient of the first one."""
    first = lane[0].event
    if isinstance(first, pamfr.ServiceEvent):
        return []
    establishment, known = found.key[0], found.locked.known if found.locked else ()
    known_as = [one.id for one in known if one.establishment == establishment]
    patients = (
        (event.patient, event.visit)
        for event in (inbound.event for inbound in lane)
        if isinstance(event, pamfr.AdtEvent) and event.trigger in STAY_TRIGGERS
    )
    numbers = {
        number[0]
        for patient, visit in patients
        if patient.ipp == first.patient.ipp and (number := number_of(patient.account, visit))
    }
    return [NumberedStay(known_as, establishment, number) for number in sorted(numbers)]


def _file(inbound: Inbound, event: pamfr.DocumentEvent, who: _Who) -> None:
    reference = who.reference
    number = number_of(event.patient.account, event.visit)
    stay = _stay_of_documents(who, number[0]) if number else None
    frame = Frame(
        subject=_subject_of(stay, who),
        stay_id=stay.id if stay else None,
        establishment=reference.establishment,
        place=who.place,
        occurred_at=event.occurred_at,
        filler=event.order.filler if event.order else "",
    )
    chart = _chart(inbound, who)
    if chart.patient is None:
        _write_patients(inbound, who, chart)
    known_as = list({*who.known_as, frame.subject})
    file_documents(event, frame, known_as=known_as, at=inbound.received_at, source=inbound.source)


def _subject_of(stay: HeldStay | None, who: _Who) -> UUID:
    """Return whose document it is: of the patient named, unless the stay was given to another since (A44).

    Raises:
        Rejected: the stay was never this patient's.
    """
    if stay is None or stay.held is None:
        return who.named_id
    if stay.held.local_identity_id in who.known_as:
        return stay.held.local_identity_id
    if was_once_of(stay.id, who.known_as):
        return stay.held.local_identity_id
    raise Rejected(where="PID-18", why="ce dossier (NDA) est celui d’un autre patient")


def _book(inbound: Inbound, event: pamfr.AppointmentEvent, who: _Who) -> None:
    number = event.appointment.id
    if not number:
        raise Rejected(where="SCH-2", why="ni SCH-1 ni SCH-2 : le rendez-vous ne peut pas être reconnu")
    chart = _chart(inbound, who)
    if chart.patient is None:
        _write_patients(inbound, who, chart)
    fact = appointment_fact(event, inbound.source)
    apply_to_appointment(fact, number, who.file, at=inbound.received_at)


def _choose(inbound: Inbound, event: pamfr.AdtEvent, consents: pamfr.DmpConsents, who: _Who) -> None:
    for choice in choices_of(consents, told_at=event.recorded_at):
        keep_choice(
            choice,
            local_identity_id=who.reference.id,
            is_new_file=who.patient.is_new,
            source=inbound.source,
        )


def _move(inbound: Inbound, event: pamfr.AdtEvent, who: _Who) -> None:
    """Give the stay of MRG-3 (or PID-18) of the patient of MRG-1 to the patient of PID-3."""
    account = event.moved_account
    if account is None or not event.prior:
        raise Rejected(where="MRG-3" if event.prior else "MRG-1", why="ni dossier ni patient cédant")
    ceding = replace(event.patient, identifiers=event.prior, ins=None)
    former = identity.locate_patient(ceding, establishment=inbound.establishment)
    if former is None:
        raise Rejected(where="MRG-1", why="patient cédant inconnu")
    known = [one.id for one in former.known if one.establishment == who.reference.establishment]
    origin = Origin(inbound.received_at, inbound.source, who.reference.establishment)
    try:
        move_stay(Move(account.value, who.reference.establishment, known, who.reference.id), origin)
    except UnknownStay as refusal:
        raise Rejected(where="MRG-3", why=str(refusal.__doc__)) from refusal


def _stay_of_documents(who: _Who, number: str) -> HeldStay:
    (stay,) = lock_stays([NumberedStay(who.known_as, who.reference.establishment, number)])
    return stay


def place_of(establishment: str) -> dict[str, Any]:
    """Return the reference to an establishment; whoever gets it leaves it as it is."""
    row = directory.establishment(establishment)
    return {"display": establishment} if row is None else _place(row.name, row.finess)


@lru_cache(maxsize=256)
def _place(name: str, finess: str) -> dict[str, Any]:
    return fhir.reference(None, display=name, logical=fhir.identifier(finess, system="urn:finess"))
