"""Ten short stories of a patient, told by messages. Their order of arrival must not matter."""

from msgspec.structs import replace

from passerelle.care.identity.tests.cast import adt, at, ipp, matricule, named, patient, qualified
from passerelle.protocols import pamfr

NDA = pamfr.Identifier("N1", "AN", "APHM", "1.2.0")
OTHER_NDA = pamfr.Identifier("N2", "AN", "APHM", "1.2.0")
APPOINTMENT = pamfr.Identifier("RDV1", "", "APHM", "1.2.0")


def move(trigger, hours, movement="", *, who="1", unit="1001", start=None, nda=NDA, klass="I", **told):
    """Return an event of a stay, entered at `hours`, of a movement that starts then unless told otherwise."""
    event = adt(trigger, replace(patient(who), account=nda), when=at(hours))
    zbe = pamfr.Movement(
        (pamfr.Identifier(movement),) if movement else (),
        at(hours if start is None else start),
        care_unit=pamfr.Unit(unit, f"Unité {unit}"),
        **told,
    )
    return replace(event, visit=pamfr.Visit(patient_class=klass), movement=zbe)


def who_is(trigger, hours, number="1", *, held=None, name="ÉTOILE", prior=()):
    return adt(trigger, patient(number, held=held, traits=named(name)), when=at(hours), prior=prior)


def appointment(trigger, hours, start, **told):
    agreed = pamfr.Appointment(filler=APPOINTMENT, starts_at=at(start), ends_at=at(start + 0.5), **told)
    return pamfr.AppointmentEvent(
        trigger=trigger, occurred_at=at(hours), recorded_at=at(hours), patient=patient("1"), appointment=agreed
    )


def document(hours, action, trigger, unique_id="1.2.3.1", replaces=None):
    paper = pamfr.InboundDocument(
        1, action, "11502-2", "LN", "Compte rendu", "application/pdf", b"%PDF essai", unique_id, replaces
    )
    return pamfr.DocumentEvent(
        kind="MDM",
        trigger=trigger,
        occurred_at=at(hours),
        recorded_at=at(hours),
        patient=replace(patient("1"), account=NDA),
        documents=(paper,),
    )


FIRST, SECOND = qualified(matricule(1)), qualified(matricule(2))

SCENARIOS = {
    "a discharge undone and done again": [
        move("A01", 0, "M1"),
        move("A02", 10, "M2", unit="2002"),
        move("A03", 50, "M3"),
        move("A13", 51, "M3", action="CANCEL", original_trigger="A03"),
        move("A03", 60, "M4"),
    ],
    "a plan, an admission, a change of class": [
        move("A05", -20, "M0", klass="P"),
        move("A04", 0, "M1", klass="E"),
        move("A06", 5, "M2", unit="2002"),
        move("A02", 9, "M3", unit="3003"),
        move("A03", 30, "M4"),
    ],
    "movements corrected afterwards": [
        move("A01", 0, "M1"),
        move("A02", 10, "M2", unit="2002"),
        move("Z99", 20, "M2", unit="3003", start=12, action="UPDATE", original_trigger="A02", historic=True),
        move("Z99", 21, "M9", unit="4004", start=5, action="INSERT", historic=True),
        move("Z99", 22, "M9", unit="4004", start=5, action="CANCEL", original_trigger="Z99", historic=True),
    ],
    "a leave and its returns": [
        move("A01", 0, "M1"),
        move("A21", 10, "M2"),
        move("A22", 14, "M3"),
        move("A53", 15, "M3", action="CANCEL", original_trigger="A22"),
        move("A22", 20, "M4"),
    ],
    "an admission cancelled, then another": [
        move("A05", -20, "M0", klass="P"),
        move("A01", 0, "M1"),
        move("A11", 1, "M1", action="CANCEL", original_trigger="A01"),
        move("A01", 3, "M2"),
        move("A54", 4, "M3"),
    ],
    "names that change": [
        who_is("A28", 0, name="PREMIER"),
        who_is("A31", 1, name="SECOND"),
        who_is("A31", 2, name="TROISIÈME"),
        move("A01", 3, "M1"),
        who_is("A31", 4, name="QUATRIÈME"),
    ],
    "a chain of merges": [
        who_is("A28", 0, "1", name="UN"),
        who_is("A28", 0, "2", name="DEUX"),
        who_is("A28", 0, "3", name="TROIS"),
        who_is("A40", 1, "2", name="DEUX", prior=(ipp("1"),)),
        who_is("A40", 2, "3", name="TROIS", prior=(ipp("2"),)),
    ],
    "a national number that changes": [
        who_is("A28", 0, held=FIRST),
        who_is("A31", 1, held=FIRST, name="SECOND"),
        who_is(
            "A47", 2, held=SECOND, prior=(pamfr.Identifier(FIRST.matricule, "INS", "ASIP-SANTE-INS-NIR", FIRST.oid),)
        ),
        move("A01", 3, "M1"),
    ],
    "an appointment moved and cancelled": [
        appointment("S12", 0, 48),
        appointment("S13", 1, 72),
        appointment("S14", 2, 72, notes=("À jeun",)),
        appointment("S15", 3, 72, event_reason=pamfr.Coded("PAT", "Demande du patient")),
        move("A01", 4, "M1"),
    ],
    "a document replaced, of a stay given to another patient": [
        move("A01", 0, "M1"),
        document(1, "add", "T02"),
        document(2, "replace", "T10", "1.2.3.2", "1.2.3.1"),
        replace(adt("A44", replace(patient("2"), account=NDA), when=at(3), prior=(ipp("1"),)), prior_account=NDA),
        move("A03", 4, "M2", who="2"),
    ],
}
