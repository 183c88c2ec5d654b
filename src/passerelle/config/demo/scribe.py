"""Writes what happens to one patient at one establishment as events of the French profile."""

from dataclasses import dataclass, field
from datetime import datetime

from passerelle.config.demo.clinic import Paper
from passerelle.config.demo.shapes import TEST_OID, Doctor, Hospital, LocalFile, Person, Place
from passerelle.protocols import pamfr
from passerelle.protocols.cda import LabResult
from passerelle.protocols.ins import IdentityStatus, InsKind, check_key

LOINC_SYSTEM = "LN"
ADMINISTRATION, LABORATORY, WARD = "GAM", "SIL", "DPI"


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and who tells it: an application of an establishment."""

    event: pamfr.Event
    application: str
    hospital: Hospital


@dataclass(slots=True)
class Scribe:
    """One patient at one establishment, in one stay; `movements` counts the movements it named."""

    person: Person
    file: LocalFile
    hospital: Hospital
    doctor: Doctor
    number: str
    patient_class: str = "I"
    admission_type: str = "R"
    movements: int = 0
    admitted_at: datetime | None = None
    place: Place | None = None
    told: list[Told] = field(default_factory=list)

    def identity(self, trigger: str, at: datetime, *, prior: tuple[pamfr.Identifier, ...] = ()) -> None:
        """Tell an event of identity: A28, A31, A40, A47."""
        self._tell(pamfr.AdtEvent(trigger, at, at, self.patient(with_account=False), prior=prior))

    def arrive(self, trigger: str, at: datetime, place: Place) -> None:
        """Tell an arrival: A01 in hospital, A04 at the emergency department or in consultation."""
        self.admitted_at, self.place = at, place
        self._adt(trigger, at, self._visit(place), self._movement(at, place))

    def expect(self, at: datetime, day: datetime, place: Place) -> None:
        """Tell a preadmission (A05) for a later day."""
        visit = pamfr.Visit(
            patient_class=self.patient_class,
            location=self._location(place),
            admission_type="R",
            visit_number=self._number("VN"),
            expected_admission=day,
        )
        self._adt("A05", at, visit, self._movement(day, place))

    def transfer(self, at: datetime, place: Place) -> None:
        """Tell that the patient goes to another unit."""
        self.place = place
        self._adt("A02", at, self._visit(place), self._movement(at, place))

    def leave(self, at: datetime) -> None:
        """Tell that the patient goes home."""
        place = self._here()
        visit = self._visit(place, discharged_at=at)
        self._adt("A03", at, visit, self._movement(at, place), pmsi=pamfr.Pmsi(exit="8"))

    def cancel(self, trigger: str, at: datetime, place: Place) -> None:
        """Cancel the movement just told (A11 an arrival, A12 a transfer, A13 a discharge): back to `place`."""
        cancelled = {"A11": "A01", "A12": "A02", "A13": "A03"}[trigger]
        self.place = place
        self._adt(trigger, at, self._visit(place), self._again(at, place, "CANCEL", cancelled))

    def correct(self, at: datetime, *, start: datetime) -> None:
        """Tell by a Z99 that the arrival was at another moment."""
        place = self._here()
        self.admitted_at = start
        self._adt("Z99", at, self._visit(place), self._again(start, place, "UPDATE", "A01"))

    def send_results(self, at: datetime, results: list[LabResult], paper: Paper) -> None:
        """Tell results with their report, as the laboratory does."""
        code, label = paper.kind.value[0], paper.kind.value[1]
        event = pamfr.DocumentEvent(
            kind="ORU",
            trigger="R01",
            occurred_at=at,
            patient=self.patient(),
            recorded_at=at,
            visit=self._visit(self._here()),
            order=pamfr.Order(f"D{self.number}", f"R{self.number}", code, LOINC_SYSTEM, label),
            documents=(self._document(paper, unique_id=None),),
            observations=tuple(_observation(result) for result in results),
        )
        self.told.append(Told(event, LABORATORY, self.hospital))

    def send_letter(self, at: datetime, paper: Paper) -> None:
        """Tell a letter, as the ward's record does."""
        code, label = paper.kind.value[0], paper.kind.value[1]
        event = pamfr.DocumentEvent(
            kind="MDM",
            trigger="T02",
            occurred_at=at,
            patient=self.patient(),
            recorded_at=at,
            visit=self._visit(self._here()),
            order=pamfr.Order(f"L{self.number}", f"L{self.number}", code, LOINC_SYSTEM, label),
            documents=(self._document(paper, unique_id=paper.unique_id),),
        )
        self.told.append(Told(event, WARD, self.hospital))

    def patient(self, *, with_account: bool = True) -> pamfr.Patient:
        """Return the patient as this establishment knows them now."""
        person, file = self.person, self.file
        is_qualified = file.status == "QUAL"
        ins = pamfr.Ins(person.ins, TEST_OID, InsKind.NIR_TEST, check_key(person.ins)) if is_qualified else None
        return pamfr.Patient(
            identifiers=(self.ipp(file.ipp), *((ins_identifier(person.ins),) if is_qualified else ())),
            ins=ins,
            status=IdentityStatus(file.status),
            attributes=frozenset(),  # "fictive" would forbid an INS; the OID of tests says what these numbers are
            traits=pamfr.Traits(
                birth_name=file.birth_name,
                given_names=file.given_names,
                birth_date=file.birth_date,
                sex=person.sex,
                birth_place=person.birth_place,
                used_name=person.used_name if person.used_name != person.birth_name else None,
                first_given=file.given_names[0],
                address=pamfr.Address(
                    street=person.street,
                    city=person.commune.name,
                    postal_code=person.commune.postal,
                    country="FRA",
                    insee=person.commune.insee,
                ),
                phone=person.phone,
            ),
            account=self._number("AN") if with_account else None,
        )

    def ipp(self, value: str) -> pamfr.Identifier:
        """Return an IPP of this establishment."""
        return pamfr.Identifier(value, "PI", self.hospital.namespace, self.hospital.universal_id, "N")

    def _tell(self, event: pamfr.Event) -> None:
        self.told.append(Told(event, ADMINISTRATION, self.hospital))

    def _adt(
        self,
        trigger: str,
        at: datetime,
        visit: pamfr.Visit,
        movement: pamfr.Movement,
        *,
        pmsi: pamfr.Pmsi | None = None,
    ) -> None:
        self._tell(pamfr.AdtEvent(trigger, at, at, self.patient(), visit=visit, movement=movement, pmsi=pmsi))

    def _here(self) -> Place:
        assert self.place is not None  # noqa: S101 - only told of a patient who arrived
        return self.place

    def _number(self, kind: str) -> pamfr.Identifier:
        return pamfr.Identifier(self.number, kind, self.hospital.namespace, self.hospital.universal_id, "M")

    def _location(self, place: Place) -> pamfr.Location:
        return pamfr.Location(point_of_care=place.code, facility=self.hospital.namespace)

    def _visit(self, place: Place, *, discharged_at: datetime | None = None) -> pamfr.Visit:
        return pamfr.Visit(
            patient_class=self.patient_class,
            location=self._location(place),
            admission_type=self.admission_type,
            attending=pamfr.Practitioner(
                self.doctor.family,
                self.doctor.given,
                pamfr.Identifier(self.doctor.rpps, "RPPS", "ASIP-SANTE-PS", "1.2.250.1.71.4.2.1", "ISO"),
            ),
            visit_number=self._number("VN"),
            admitted_at=self.admitted_at,
            discharged_at=discharged_at,
            discharge_disposition="8" if discharged_at else "",
        )

    def _movement(self, at: datetime, place: Place) -> pamfr.Movement:
        self.movements += 1
        return self._again(at, place, "INSERT", "")

    def _again(self, at: datetime, place: Place, action: str, original: str) -> pamfr.Movement:
        unit = pamfr.Unit(place.code, place.label)
        name = pamfr.Identifier(
            f"{self.number}-{self.movements}", "", self.hospital.namespace, self.hospital.universal_id, "N"
        )
        return pamfr.Movement(
            identifiers=(name,),
            start=at,
            action=action,
            original_trigger=original,
            medical_unit=unit,
            care_unit=unit,
            nature="HMS",
        )

    def _document(self, paper: Paper, *, unique_id: str | None) -> pamfr.InboundDocument:
        code, _, title, _ = paper.kind.value
        return pamfr.InboundDocument(
            set_id=1,
            action="add",
            code=code,
            code_system=LOINC_SYSTEM,
            title=title,
            mime="text/xml",
            content=paper.content,
            unique_id=unique_id,
            created_at=paper.at,
        )


def ins_identifier(matricule: str) -> pamfr.Identifier:
    """Return a national number under the test authority, as it stands in PID-3 and MRG-1."""
    return pamfr.Identifier(matricule, "INS", "ASIP-SANTE-INS-NIR", TEST_OID, "ISO")


def _observation(result: LabResult) -> pamfr.Observation:
    from_to = f"{result.low}-{result.high}" if result.low is not None and result.high is not None else ""
    number = result.value if not isinstance(result.value, str) else None
    return pamfr.Observation(
        code=result.loinc,
        code_system=LOINC_SYSTEM,
        label=result.label,
        value_number=number,
        value_text=str(result.value),
        unit=result.unit,
        reference_range=from_to,
        interpretation=result.interpretation,
        observed_at=result.effective_at,
    )
