"""The reference pages that the code itself can tell; a test keeps them current."""

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.apps import apps

from passerelle.care.channels.rules import meanings as channels
from passerelle.care.exchange.rules.naming import event_name
from passerelle.care.record.fhir.capability import capability_statement
from passerelle.care.record.fhir.operations.parameters import Parameter
from passerelle.care.record.fhir.operations.registry import Operation
from passerelle.care.record.fhir.operations.table import REGISTERED
from passerelle.core.access.matrix import current_matrix
from passerelle.core.access.vocabulary import Word
from passerelle.protocols import pamfr

_NOTE = "<!-- Made by `make docs` from the code; change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Return the text of each generated page by its file name in docs/reference."""
    return {
        "access-matrix.md": _access_matrix(),
        "channels.md": _channels(),
        "data-classification.md": _data_classification(),
        "fhir.md": _fhir(),
        "fhir-operations.md": _fhir_operations(),
        "messages.md": _messages(),
    }


def _access_matrix() -> str:
    lines = current_matrix().lines
    rows = [
        (
            line.code,
            *map(_labels, (line.roles, line.relations, line.kinds, line.acts, line.states)),
            line.because,
            line.source,
        )
        for line in lines
    ]
    head = ("Ligne", "Rôles", "Liens", "Pièces", "Actes", "États", "Raison", "Source")
    told = "What is allowed. **Whatever is not on a line is refused**, and a refusal looks like an absence."
    return _page("Access matrix", told, _table(head, rows))


def _channels() -> str:
    parts = [f"## {title}\n\n{told}\n\n{_table(heads, rows)}" for title, told, heads, rows in channels.sections()]
    told = (
        "The keys of a declaration, one file each ([how to add one](../how-to/add-a-channel.md)). An unknown key is a "
        "fault, told with its line."
    )
    return _page("Channels and destinations", told, "\n\n".join(parts))


def _messages() -> str:
    rows = [
        (f"{code}^{trigger}", event_name(code, trigger), _effect_of(code, trigger))
        for code, trigger in sorted(pamfr.SUPPORTED)
    ]
    refused = [(f"{code}^{trigger}", why) for (code, trigger), why in sorted(pamfr.EXCLUDED.items())]
    told = (
        "HL7 v2 messages read over MLLP (IHE PAM France 2.11, CI-SIS document transmission). Any other type or event "
        "is answered `AR`, kept in quarantine, and changes nothing."
    )
    parts = (
        _table(("Message", "Nom", "What it does"), rows),
        "## Left out by France\n\nAnswered `AR` at `MSH^1^9^1^2`, with what to send instead.\n\n"
        + _table(("Message", "Réponse"), refused),
        "## Rules of the validator\n\nWhat `pamfr.validate` checks when a channel asks for it. Each finding says the "
        "segment, field and component at fault, one of these rules, and whether it is an error or a warning. Where "
        "our tables differ from an independent description of the profile: [disagreements](pam-fr-disagreements.md)."
        "\n\n" + _table(("Règle", "Ce qu’elle vérifie"), sorted(pamfr.RULES.items())),
    )
    return _page("Messages", told, "\n\n".join(parts))


#: What a message does here, by event, else by type.
_EFFECTS = {
    "ADT": "Tells a movement of a stay (ZBE): the stay is computed again from all of them, in any order of arrival.",
    "ADT^A28": "Creates a local identity; its INS is kept when PID-32 says VALI.",
    "ADT^A31": "Updates a local identity; its INS is kept when PID-32 says VALI.",
    "ADT^A40": "Merges two local identities of one establishment; can be undone.",
    "ADT^A44": "Says that a file (NDA) leaves the patient of MRG-1 for the one of PID-3.",
    "ADT^A47": "Changes the INS of a local identity, or withdraws every one of them.",
    "ORU": "Files documents and results; reads what is asked of the DMP and of MSSanté.",
    "MDM": "Files, replaces or removes one document; reads what is asked of the DMP and of MSSanté.",
    "MFN": "Brings the sites, units, rooms and beds of an establishment to what it says of them.",
    "SIU": "Tells an appointment of a patient.",
    "ZAM": "Says what became of a document sent.",
}


def _effect_of(code: str, trigger: str) -> str:
    return _EFFECTS.get(f"{code}^{trigger}") or _EFFECTS[code]


def _fhir() -> str:
    rows = [
        (
            resource["type"],
            ", ".join(each["code"] for each in resource["interaction"]),
            ", ".join(f"`{each['name']}`" for each in resource.get("searchParam", [])) or "–",
        )
        for resource in capability_statement()["rest"][0]["resource"]
    ]
    told = "What `/fhir/` answers, as its CapabilityStatement tells it (FHIR R4, JSON)."
    return _page("FHIR interface", told, _table(("Resource", "Interactions", "Search parameters"), rows))


def _fhir_operations() -> str:
    rows = [
        (
            f"`${one.operation.code}`",
            ", ".join(_places(one.operation)),
            ", ".join(one.operation.methods),
            ", ".join(map(_taken, one.operation.takes)) or "–",
            (one.view.__doc__ or "").partition("\n")[0],
            f"[definition]({one.operation.definition})",
        )
        for one in REGISTERED
    ]
    told = (
        "What `/fhir/` does besides reading, searching and writing. Parameters come by the query string or by a posted "
        "`Parameters` resource; one that is unknown or ill-formed is refused where it is (* must be given). Each call "
        "asks the access decision and leaves an event; what may not be seen answers as what does not exist. "
        "Bulk data: [how to export](../how-to/export-in-bulk.md)."
    )
    heads = ("Operation", "On", "Asked by", "Parameters", "What it does", "Standard")
    return _page("FHIR operations", told, _table(heads, rows))


def _taken(one: Parameter) -> str:
    return f"`{one.name}`{'*' if one.is_required else ''}"


def _places(one: Operation) -> list[str]:
    """Return where an operation is asked: « Patient/[id] », every type told once when they are many."""
    types = ["any type"] if len(one.types) > 5 else list(one.types)
    found = ["the system"] if one.on_system else []
    found += [f"`{type_}`" for type_ in types] if one.on_type else []
    return found + ([f"`{type_}/[id]`" for type_ in types] if one.on_instance else [])


def _data_classification() -> str:
    classified = [
        (model._meta.app_label, model.__name__, sys.modules[model.__module__])  # noqa: SLF001 - Django's documented API
        for model in apps.get_models()
        if model.__module__.startswith("passerelle.")
    ]
    rows = []
    for label, name, module in sorted(classified, key=lambda each: each[:2]):
        fields = _fields_of(module.__name__, name)
        held = {kind: [field for field, its in fields.items() if its == kind] for kind in ("identifying", "health")}
        rows.append((label, name, _codes(held["identifying"]), _codes(held["health"])))
    told = "Which columns identify a person, and which tell of their health; all the others are neutral."
    return _page("Data classification", told, _table(("Package", "Table", "Identifying", "Health"), rows))


def _fields_of(module_name: str, model: str) -> dict[str, str]:
    package = module_name.split(".models")[0] + ".models"
    for name in (module_name, package):
        found = getattr(sys.modules[name], "CLASSIFICATION", {}).get(model)
        if found is not None:
            return dict(found)
    return {}


def _labels(words: Iterable[Word]) -> str:
    return ", ".join(word.label for word, _ in groupby(words))


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _page(title: str, told: str, body: str) -> str:
    return f"{_NOTE}# {title}\n\n{told}\n\n{body}\n"
