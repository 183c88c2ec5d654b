"""What the desk sees of one file: its trust, its proofs, its questions to INSi, and what may be done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.care.identity.gateway import insi_gateway
from passerelle.care.identity.models import (
    IdentityEvidence,
    InsiCall,
    InsiOperation,
    InsiState,
    LocalIdentity,
    Membership,
    Person,
)
from passerelle.care.identity.trust import TraitComparison, compared_traits, warnings_about
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.directory import api as directory
from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi

STATUS_SENTENCES = {
    "QUAL": "L’INS vient du téléservice INSi et les traits ont été contrôlés sur une pièce d’identité.",
    "VALI": "Les traits ont été contrôlés sur une pièce d’identité\u202f; l’INS n’a pas encore été retenue.",
    "RECUP": "L’INS vient du téléservice INSi\u202f; les traits restent à contrôler sur une pièce d’identité.",
    "PROV": "Ni pièce d’identité contrôlée, ni réponse retenue du téléservice INSi.",
}
_STATUS_STEPS = {
    "QUAL": "",
    "VALI": "Pour la qualifier\u00a0: interrogez INSi.",
    "RECUP": "Pour la qualifier\u00a0: contrôlez une pièce d’identité à haut niveau de confiance.",
    "PROV": "Pour la qualifier\u00a0: interrogez INSi et contrôlez une pièce d’identité.",
}
_FAILURES = {
    InsiState.WAITING: "Le téléservice ne répond pas\u00a0: la question repartira toute seule.",
    InsiState.REFUSED: "Le téléservice a refusé la question\u00a0: prévenez le service informatique.",
    InsiState.GIVEN_UP: "Le téléservice n’a pas répondu en une journée\u00a0: reposez la question.",
}
_LATEST = 5


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A proof that was seen."""

    id: int
    label: str
    situation: str
    checked_at: datetime
    checked_by: str
    valid_until: date | None
    is_high_trust: bool
    withdrawn_at: datetime | None
    withdrawn_reason: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """A question to INSi, in one line."""

    id: UUID
    asked_at: datetime
    asked_by: str
    operation: str
    outcome: str
    kind: str
    awaits_decision: bool


@dataclass(frozen=True, slots=True)
class TrustZone:
    """The INS zone of one file."""

    sentence: str
    step: str
    warnings: tuple[str, ...]
    share_reason: str
    evidences: tuple[EvidenceRow, ...]
    calls: tuple[CallRow, ...]
    may_act: bool
    may_ask: bool
    is_simulated: bool


def trust_zones(viewer: Viewer, rows: Sequence[LocalIdentity]) -> dict[UUID, TrustZone]:
    """Return the INS zone of each of these files, in two queries."""
    evidences: dict[UUID, list[EvidenceRow]] = {row.pk: [] for row in rows}
    for evidence in IdentityEvidence.objects.filter(local_identity__in=rows).order_by("-checked_at", "-pk"):
        evidences[evidence.local_identity_id].append(_evidence_row(evidence))
    calls: dict[UUID, list[CallRow]] = {row.pk: [] for row in rows}
    for call in InsiCall.objects.filter(local_identity__in=rows).order_by("-asked_at", "-pk"):
        if len(calls[call.local_identity_id]) < _LATEST:
            calls[call.local_identity_id].append(call_row(call))
    gateway = insi_gateway()
    return {
        row.pk: TrustZone(
            sentence=STATUS_SENTENCES[row.status],
            step="" if row.superseded_by_id else _STATUS_STEPS[row.status],
            warnings=tuple(warnings_about(row)),
            share_reason=ins.reason_not_to_share(row) if row.ins_matricule else "",
            evidences=tuple(evidences[row.pk]),
            calls=tuple(calls[row.pk]),
            may_act=row.superseded_by_id is None and may_act_on(viewer, row),
            may_ask=gateway is not None and ins.may_hold_ins(row.attributes),
            is_simulated=gateway is not None and gateway.is_simulated,
        )
        for row in rows
    }


def may_act_on(viewer: Viewer, row: LocalIdentity) -> bool:
    """Tell whether the viewer may change this file."""
    return access.allowed(viewer, Kind.IDENTITY, Act.UPDATE, relation=relation_to(viewer, [row]))


def relation_to(viewer: Viewer, rows: Collection[LocalIdentity]) -> Relation:
    """Return how the viewer stands to files: of their establishment, or of the territory."""
    is_here = any(row.establishment_id in viewer.establishments for row in rows)
    return Relation.ESTABLISHMENT if is_here else Relation.TERRITORY


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A file somebody is about to act on."""

    id: UUID
    person_id: UUID
    row: LocalIdentity
    establishment_name: str
    ins_display: str

    @property
    def title(self) -> str:
        """Return the names as a heading."""
        return f"{self.row.birth_name.upper()} {self.row.first_given}".strip() or "Identité sans nom"

    @property
    def given_names(self) -> str:
        """Return the list of given names."""
        return " ".join(self.row.given_names)


def file_to_change(viewer: Viewer, local_identity_id: UUID, *, at: datetime) -> DeskFile:
    """Return a file that the viewer may change; the access is audited.

    Raises:
        AccessRefused: the viewer may not, or there is no such file.
    """
    row = LocalIdentity.objects.filter(pk=local_identity_id).first()
    held = row and Membership.objects.current().filter(local_identity=row).first()
    person_id = held.person_id if held else None
    access.check(
        viewer,
        Kind.IDENTITY,
        Act.UPDATE,
        relation=relation_to(viewer, [row] if row else []),
        target=f"local_identity:{local_identity_id}",
        person_id=person_id,
        at=at,
    )
    if row is None or person_id is None:
        raise access.AccessRefused
    names = {place.code: place.name for place in directory.establishments(with_test=True)}
    return DeskFile(
        id=row.pk,
        person_id=person_id,
        row=row,
        establishment_name=names.get(row.establishment_id, row.establishment_id),
        ins_display=ins.format_matricule(row.ins_matricule) if row.ins_matricule else "",
    )


@dataclass(frozen=True, slots=True)
class CallSheet:
    """A question to INSi with its answer beside the file."""

    id: UUID
    desk: DeskFile
    operation: str
    state: str
    asked_at: datetime
    asked_by: str
    next_try_at: datetime | None
    outcome: str
    advice: str
    kind: str
    comparisons: tuple[TraitComparison, ...]
    answer_ins: str
    answer_oid_label: str
    holder_id: UUID | None
    settled_at: datetime | None
    settled_by: str
    is_simulated: bool

    @property
    def awaits_decision(self) -> bool:
        """Tell an answer that somebody has to take or set aside."""
        return bool(self.comparisons) and self.settled_at is None

    @property
    def differing(self) -> list[TraitComparison]:
        """Return the traits that are not the same."""
        return [one for one in self.comparisons if not one.is_same]


_ADVICE = {
    insi.Outcome.NONE: "Vérifiez chaque trait avec une pièce d’identité\u00a0: un prénom de trop, le nom d’usage à la "
    "place du nom de naissance, et personne n’est trouvé. Le dossier garde son statut.",
    insi.Outcome.SEVERAL: "Complétez la liste des prénoms de naissance et le lieu de naissance, puis interrogez de "
    "nouveau. Le dossier garde son statut.",
}


def call_sheet(viewer: Viewer, call_id: UUID, *, at: datetime) -> CallSheet:
    """Return a question to INSi with its answer, for who may change the file; the access is audited.

    Raises:
        AccessRefused: the viewer may not, or there is no such question.
    """
    call = InsiCall.objects.filter(pk=call_id).first()
    if call is None:
        raise access.AccessRefused
    desk = file_to_change(viewer, call.local_identity_id, at=at)
    told = call.answer.get("identity")
    answer = insi.InsiIdentity(**told) if told else None
    kind = ins.kind_of(answer.oid) if answer else None
    gateway = insi_gateway()
    return CallSheet(
        id=call.pk,
        desk=desk,
        operation=InsiOperation(call.operation).label,
        state=call.state,
        asked_at=call.asked_at,
        asked_by=call.asked_by_name,
        next_try_at=call.next_try_at,
        outcome=outcome_of(call),
        advice=_advice(call),
        kind=kind_of_call(call),
        comparisons=tuple(compared_traits(desk.row, answer)) if answer else (),
        answer_ins=ins.format_matricule(answer.matricule) if answer else "",
        answer_oid_label=kind.label if kind else "",
        holder_id=_holder(desk, answer) if answer else None,
        settled_at=call.settled_at,
        settled_by=call.settled_by_name,
        is_simulated=gateway is not None and gateway.is_simulated,
    )


def _advice(call: InsiCall) -> str:
    if call.state != InsiState.ANSWERED or call.code == insi.Outcome.FOUND:
        return ""
    if call.operation == InsiOperation.VERIFY:
        return "L’INS ou un trait n’est plus celui des bases nationales\u00a0: interrogez INSi et comparez."
    return _ADVICE.get(insi.Outcome(call.code), "")


def _holder(desk: DeskFile, answer: insi.InsiIdentity) -> UUID | None:
    """Return the other person of the house who already holds this INS, if any."""
    held = Person.objects.filter(ins_matricule=answer.matricule).exclude(ins_matricule="").exclude(pk=desk.person_id)
    return held.values_list("pk", flat=True).first()


def outcome_of(call: InsiCall) -> str:
    """Return what came of a question, in French."""
    if call.state != InsiState.ANSWERED:
        return _FAILURES[InsiState(call.state)]
    if call.operation == InsiOperation.VERIFY:
        return "INS et traits confirmés" if call.code == insi.Outcome.FOUND else "INS ou traits non confirmés"
    return insi.Outcome(call.code).label


def kind_of_call(call: InsiCall) -> str:
    """Return how an outcome is shown."""
    if call.state != InsiState.ANSWERED:
        return "attention" if call.state == InsiState.WAITING else "danger"
    if call.code == insi.Outcome.FOUND:
        return "done"
    return "danger" if call.operation == InsiOperation.VERIFY else "attention"


def call_row(call: InsiCall) -> CallRow:
    """Return a question in one line."""
    is_found = call.operation == InsiOperation.SEARCH and call.code == insi.Outcome.FOUND
    return CallRow(
        id=call.pk,
        asked_at=call.asked_at,
        asked_by=call.asked_by_name,
        operation=InsiOperation(call.operation).label,
        outcome=outcome_of(call),
        kind=kind_of_call(call),
        awaits_decision=call.state == InsiState.ANSWERED and is_found and call.settled_at is None,
    )


def _evidence_row(evidence: IdentityEvidence) -> EvidenceRow:
    situation = ins.Situation(evidence.situation)
    return EvidenceRow(
        id=evidence.pk,
        label=evidence.get_code_display(),
        situation=situation.label if situation else "",
        checked_at=evidence.checked_at,
        checked_by=evidence.checked_by_name,
        valid_until=evidence.valid_until,
        is_high_trust=evidence.is_high_trust,
        withdrawn_at=evidence.withdrawn_at,
        withdrawn_reason=evidence.withdrawn_reason,
    )
