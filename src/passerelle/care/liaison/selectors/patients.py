"""How a patient is named on paper, in a CDA and in a message."""

from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.core.ui.api import french
from passerelle.protocols import ins, pamfr
from passerelle.protocols.cda import api as cda

_BORN = {"F": "Née", "M": "Né"}


def header_of(local_identity_id: UUID) -> cda.PatientHeader:
    """Return the patient of a CDA: the INS comes first, only when it may be shared."""
    traits = identity.local_traits(local_identity_id)
    shared = _shared(traits)
    identifiers = [cda.InstanceId(shared.oid, shared.matricule)] if shared else []
    if traits.ipp and traits.authority_oid:
        identifiers.append(cda.InstanceId(traits.authority_oid, traits.ipp))
    return cda.PatientHeader(
        identifiers=tuple(identifiers),
        birth_name=traits.birth_name,
        used_name=traits.used_name,
        given_names=traits.given_names or (traits.first_given,),
        birth_date=traits.birth_date,
        sex=traits.sex or "U",
        birth_place=traits.birth_place,
    )


def facts_of(local_identity_id: UUID) -> tuple[str, ...]:
    """Return the lines that identify the patient on paper."""
    traits = identity.local_traits(local_identity_id)
    given = " ".join(traits.given_names) or traits.first_given
    born = f"{_BORN.get(traits.sex, 'Né(e)')} le {french.day(traits.birth_date)}" if traits.birth_date else ""
    shared = _shared(traits)
    facts = (
        f"{(traits.used_name or traits.birth_name).upper()} {traits.first_given}".strip(),
        f"Nom de naissance\u00a0: {traits.birth_name.upper()}, prénoms\u00a0: {given}",
        born,
        f"INS\u00a0: {french.ins(shared.matricule)}" if shared else "",
        f"IPP\u00a0: {traits.ipp}" if traits.ipp else "",
    )
    return tuple(fact for fact in facts if fact)


def patient_of(local_identity_id: UUID) -> pamfr.Patient:
    """Return the patient of a message."""
    traits = identity.local_traits(local_identity_id)
    shared = _shared(traits)
    kind = ins.kind_of(shared.oid) if shared else None
    authority = "ISO" if traits.authority_oid else ""
    known = (pamfr.Identifier(traits.ipp, "PI", traits.authority_namespace, traits.authority_oid, authority),)
    return pamfr.Patient(
        identifiers=known if traits.ipp else (),
        ins=pamfr.Ins(shared.matricule, shared.oid, kind, key_ok=True) if shared and kind else None,
        status=pamfr.IdentityStatus(traits.status),
        attributes=frozenset(traits.attributes),
        traits=pamfr.Traits(
            birth_name=traits.birth_name,
            given_names=traits.given_names,
            birth_date=traits.birth_date,
            sex=traits.sex or "U",
            birth_place=traits.birth_place or None,
            used_name=traits.used_name or None,
            first_given=traits.first_given,
        ),
    )


def _shared(traits: identity.LocalTraits) -> ins.SharedIns | None:
    return ins.shared_ins(traits)  # type: ignore[arg-type]  # a frozen row is read as a model is


def best_local(person_id: UUID, *, establishment: str = "") -> identity.LocalIdentityRef:
    """Return the file of a person that speaks for it: that of an establishment when told, else the best qualified.

    Raises:
        LookupError: the person has none.
    """
    known = [one for one in identity.local_identities(person_id) if one.superseded_by is None]
    ranked = sorted(known, key=lambda one: (one.establishment != establishment, one.status != "QUAL", str(one.id)))
    if not ranked:
        raise LookupError(f"no file for person {person_id}")
    return ranked[0]
