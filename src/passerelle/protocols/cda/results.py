"""Coded laboratory results of a CR-BIO (CI-SIS, IHE PALM): observations of organizers and acts."""

from datetime import datetime
from decimal import Decimal

from passerelle.protocols.cda.elements import (
    V3,
    XSI_TYPE,
    Element,
    attribute,
    child,
    children,
    decimal_of,
    moment_of,
    text_of,
)
from passerelle.protocols.cda.model import LOINC, LabResult

_TEMPLATES = {"1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80"}


def results_of(body: Element) -> tuple[LabResult, ...]:
    """Return the laboratory results, in the order of the document; those without value are left out."""
    found = (_result(node) for node in body.iter(V3 + "observation") if _is_result(node))
    return tuple(result for result in found if result is not None)


def _is_result(node: Element) -> bool:
    return any(attribute(template, "root") in _TEMPLATES for template in children(node, "templateId"))


def _result(node: Element) -> LabResult | None:
    value, unit = _value(child(node, "value"))
    code = child(node, "code")
    label = _label(code)
    loinc = _loinc(code)
    if value is None or not (label or loinc):
        return None
    low, high = _bounds(node)
    return LabResult(
        loinc=loinc,
        label=label or loinc,
        value=value,
        unit=unit,
        low=low,
        high=high,
        interpretation=attribute(child(node, "interpretationCode"), "code"),
        effective_at=_taken_at(node),
    )


def _label(code: Element | None) -> str:
    told = [attribute(each, "displayName") for each in [code, *children(code, "translation")]]
    return next((label for label in told if label), "") or text_of(child(code, "originalText"))


def _loinc(code: Element | None) -> str:
    for each in [code, *children(code, "translation")]:
        if attribute(each, "codeSystem") == LOINC:
            return attribute(each, "code")
    return ""


def _value(node: Element | None) -> tuple[Decimal | str | None, str]:
    if node is None:
        return None, ""
    kind = (node.get(XSI_TYPE) or "").rpartition(":")[2]
    if kind in {"PQ", "REAL", "INT"}:
        unit = attribute(node, "unit")
        return decimal_of(attribute(node, "value")), "" if unit == "1" else unit
    if kind in {"CD", "CE", "CV"}:
        return attribute(node, "displayName") or text_of(child(node, "originalText")) or None, ""
    return text_of(node) or None, ""


def _bounds(node: Element) -> tuple[Decimal | None, Decimal | None]:
    for observed in children(node, "referenceRange", "observationRange"):
        flag = attribute(child(observed, "interpretationCode"), "code")
        value = child(observed, "value")
        if flag in {"", "N"} and value is not None:
            low, high = (decimal_of(attribute(child(value, name), "value")) for name in ("low", "high"))
            return low, high
    return None, None


def _taken_at(node: Element) -> datetime | None:
    for each in [node, *node.iterancestors(V3 + "organizer", V3 + "act")]:
        effective = child(each, "effectiveTime")
        moment = moment_of(effective) or moment_of(child(effective, "low"))
        if moment:
            return moment
    return None
