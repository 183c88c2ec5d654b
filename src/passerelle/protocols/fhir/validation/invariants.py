"""Rules between the elements of a type: those whose breach would mislead a reader, from the official constraints.

Source: the `constraint` of each definition of R4, named by its key.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from passerelle.protocols.fhir.validation.predicates import (
    Node,
    abated_is_over,
    appointed,
    booked_has_time,
    cancelled_with_reason,
    codes_apart,
    display_is_alone,
    distinct_codes,
    distinct_links,
    group_has_items,
    in_order,
    is_no_home,
    low_under_high,
    measured,
    members_are_actual,
    narrative,
    needs,
    not_both,
    one_of,
    positive_odds,
    ratio,
    value_or_more,
    with_status,
    with_system,
    without_status,
)


class Invariant(NamedTuple):
    """A rule by its official key: whether a node holds it, what it says, and the element to show."""

    key: str
    holds: Callable[[Node], bool]
    text: str
    element: str = ""


INVARIANTS: Final[dict[str, tuple[Invariant, ...]]] = {
    "Extension": (Invariant("ext-1", value_or_more, "une extension a une valeur ou des extensions, pas les deux"),),
    "Narrative": (Invariant("txt-1", narrative, "un texte est un « div » sans rien d’actif", "div"),),
    "Period": (Invariant("per-1", in_order("start", "end"), "la fin précède le début"),),
    "Quantity": (Invariant("qty-3", needs("code", "system"), "un code d’unité va avec son système", "code"),),
    "Range": (Invariant("rng-2", low_under_high, "la borne basse dépasse la borne haute"),),
    "Ratio": (Invariant("rat-1", ratio, "numérateur et dénominateur vont ensemble"),),
    "Attachment": (Invariant("att-1", needs("data", "contentType"), "un contenu va avec son type", "contentType"),),
    "ContactPoint": (Invariant("cpt-2", needs("value", "system"), "une coordonnée dit son moyen", "system"),),
    "Timing.repeat": (
        Invariant("tim-1", needs("duration", "durationUnit"), "une durée va avec son unité", "duration"),
        Invariant("tim-2", needs("period", "periodUnit"), "une période va avec son unité", "period"),
        Invariant("tim-6", needs("periodMax", "period"), "une période au plus suppose une période", "periodMax"),
        Invariant("tim-7", needs("durationMax", "duration"), "une durée au plus suppose une durée", "durationMax"),
        Invariant("tim-8", needs("countMax", "count"), "un nombre au plus suppose un nombre", "countMax"),
        Invariant("tim-10", not_both("timeOfDay", "when"), "une heure ou un moment, pas les deux", "when"),
    ),
    "Patient.contact": (
        Invariant(
            "pat-1",
            one_of("name", "telecom", "address", "organization"),
            "un contact a un nom, un moyen de le joindre ou une organisation",
        ),
    ),
    "Observation": (
        Invariant(
            "obs-6",
            not_both("dataAbsentReason", "value*"),
            "dataAbsentReason n’a de sens que sans valeur",
            "dataAbsentReason",
        ),
        Invariant(
            "obs-7", codes_apart, "un composant ne répète pas le code d’un résultat qui a sa valeur", "component"
        ),
    ),
    "Observation.referenceRange": (
        Invariant("obs-3", one_of("low", "high", "text"), "un intervalle a une borne ou un texte"),
    ),
    "Appointment": (
        Invariant("app-2", appointed, "le début et la fin vont ensemble"),
        Invariant("app-3", booked_has_time, "un rendez-vous convenu a un début et une fin"),
        Invariant("app-4", cancelled_with_reason, "une raison d’annulation suppose l’annulation", "cancelationReason"),
    ),
    "Appointment.participant": (Invariant("app-1", one_of("type", "actor"), "un participant a un rôle ou un nom"),),
    "AllergyIntolerance": (
        Invariant("ait-1", with_status, "le statut clinique manque", "clinicalStatus"),
        Invariant(
            "ait-2", without_status, "une allergie saisie par erreur n’a pas de statut clinique", "clinicalStatus"
        ),
    ),
    "Condition": (
        Invariant("con-4", abated_is_over, "un problème terminé est inactif, résolu ou en rémission", "clinicalStatus"),
        Invariant("con-5", without_status, "un problème saisi par erreur n’a pas de statut clinique", "clinicalStatus"),
    ),
    "Condition.stage": (Invariant("con-1", one_of("summary", "assessment"), "un stade a un résumé ou une évaluation"),),
    "Condition.evidence": (
        Invariant("con-2", one_of("code", "detail"), "un élément de preuve a un code ou un détail"),
    ),
    "Composition.section": (
        Invariant("cmp-1", one_of("text", "entry", "section"), "une section a un texte, des entrées ou des sections"),
        Invariant("cmp-2", not_both("emptyReason", "entry"), "une section vide n’a pas d’entrée", "emptyReason"),
    ),
    "FamilyMemberHistory": (
        Invariant("fhs-1", not_both("age*", "born*"), "un âge ou une naissance, pas les deux"),
        Invariant(
            "fhs-2",
            needs("estimatedAge", "ageAge", "ageRange", "ageString"),
            "un âge estimé suppose un âge",
            "estimatedAge",
        ),
    ),
    "Immunization.education": (
        Invariant("imm-1", one_of("documentType", "reference"), "un document remis a un type ou une référence"),
    ),
    "MedicationAdministration.dosage": (
        Invariant("mad-1", one_of("dose", "rateRatio", "rateQuantity"), "une posologie a une dose ou un débit"),
    ),
    "MedicationDispense": (
        Invariant("mdd-1", in_order("whenPrepared", "whenHandedOver"), "remis avant d’être préparé", "whenHandedOver"),
    ),
    "ServiceRequest": (Invariant("prr-1", needs("orderDetail", "code"), "un détail suppose un code", "orderDetail"),),
    "Task": (
        Invariant("inv-1", in_order("authoredOn", "lastModified"), "modifiée avant d’être créée", "lastModified"),
    ),
    "CarePlan.activity": (
        Invariant("cpl-3", not_both("detail", "reference"), "un détail ou une référence, pas les deux"),
    ),
    "Goal.target": (Invariant("gol-1", measured, "une cible chiffrée dit sa mesure", "measure"),),
    "RiskAssessment.prediction": (
        Invariant("ras-2", positive_odds, "une probabilité va de 0 à 100", "probabilityDecimal"),
    ),
    "Consent": (Invariant("ppc-1", one_of("policy", "policyRule"), "un consentement dit sa règle"),),
    "Questionnaire": (Invariant("que-2", distinct_links, "chaque linkId est unique", "item"),),
    "Questionnaire.item": (
        Invariant("que-1", group_has_items, "un groupe a des questions", "item"),
        Invariant("que-3", display_is_alone, "un texte affiché n’est pas une question", "type"),
        Invariant(
            "que-4",
            not_both("answerOption", "answerValueSet"),
            "une liste de réponses ou un jeu de valeurs",
            "answerValueSet",
        ),
    ),
    "QuestionnaireResponse.item": (
        Invariant("qrs-1", not_both("answer", "item"), "une réponse ou des questions, pas les deux", "item"),
    ),
    "List": (Invariant("lst-1", not_both("emptyReason", "entry"), "une liste vide n’a pas d’entrée", "emptyReason"),),
    "Group": (Invariant("grp-1", members_are_actual, "seul un groupe réel a des membres", "member"),),
    "Organization": (
        Invariant("org-1", one_of("identifier", "name"), "une organisation a un identifiant ou un nom"),
        Invariant("org-2", is_no_home("address"), "une organisation n’a pas de domicile", "address"),
        Invariant("org-3", is_no_home("telecom"), "une organisation n’a pas de téléphone personnel", "telecom"),
    ),
    "CodeSystem": (Invariant("csd-1", distinct_codes, "chaque code est unique", "concept"),),
    "ValueSet.compose.include": (
        Invariant("vsd-1", one_of("valueSet", "system"), "un système ou un jeu de valeurs est attendu"),
        Invariant("vsd-2", with_system, "des codes vont avec leur système", "system"),
        Invariant("vsd-3", not_both("concept", "filter"), "des codes ou un filtre, pas les deux", "filter"),
    ),
}
