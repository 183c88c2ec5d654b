"""The steps of a mapping as a file declares them."""

import re
from collections.abc import Callable, Mapping

from passerelle.care.channels.rules.reading.nodes import Entry, enumeration
from passerelle.care.channels.rules.steps import EVERY, Act, BadPlace, Condition, Otherwise, Place, Step, place

_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
_MORE_KEYS: Mapping[Act, tuple[str, ...]] = {
    Act.SET: ("to",),
    Act.COPY: ("to",),
    Act.CLEAR: (),
    Act.REPLACE: ("find", "by"),
    Act.TRANSLATE: ("table",),
    Act.DROP: (),
}
_OPTIONAL_KEYS: Mapping[Act, tuple[str, ...]] = {Act.TRANSLATE: ("otherwise",)}
_MOST_STEPS = 200
# MSH-1, MSH-2 and MSH-18 say how the rest is written; MSH-7, MSH-9 to MSH-11 what was answered for.
_KEPT = {("MSH", 1), ("MSH", 2), ("MSH", 9), ("MSH", 10), ("MSH", 11), ("MSH", 18)}


def steps_of(entry: Entry) -> tuple[Step, ...]:
    """Read the list under `mapping`."""
    items = entry.items()
    if len(items) > _MOST_STEPS:
        entry.fault(f"{_MOST_STEPS} étapes au plus")
        return ()
    return tuple(step for item in items if (step := _step(item)) is not None)


def _step(entry: Entry) -> Step | None:
    known = [act.value for act in Act]
    keys = entry.mapping(None)
    acts = [act for act in Act if act.value in keys]
    if len(acts) != 1:
        if entry.is_mapping:
            entry.fault(f"une étape porte un verbe et un seul : {enumeration(known)}")
        return None
    (act,) = acts
    more = _MORE_KEYS[act]
    allowed = (act.value, *more, *_OPTIONAL_KEYS.get(act, ()), "when")
    found = entry.mapping(allowed, required=more)
    if any(key not in found for key in more) or act.value not in found:
        return None
    when = _conditions(found["when"]) if "when" in found else ()
    return _READERS[act](found, when)


def _set(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    target = _target(found["set"])
    return Step(Act.SET, target.segment, target, value=_value(found["to"]), when=when) if target else None


def _copy(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    source, target = _leaf(found["copy"]), _target(found["to"])
    if source is None or target is None:
        return None
    if EVERY in {source.occurrence, source.repetition}:
        found["copy"].fault("une copie part d’un seul endroit, sans « [*] »")
    return Step(Act.COPY, target.segment, target, source=source.as_deep_as(target), when=when)


def _clear(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    target = _target(found["clear"])
    return Step(Act.CLEAR, target.segment, target, when=when) if target else None


def _replace(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    target = _target(found["replace"])
    find = _value(found["find"])
    if not find:
        found["find"].fault("le texte à chercher est vide")
    return (
        Step(Act.REPLACE, target.segment, target, find=find, value=_value(found["by"]), when=when) if target else None
    )


def _translate(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    target = _target(found["translate"])
    table = {key: _value(value) for key, value in found["table"].mapping(None).items()}
    if not table:
        found["table"].fault("la table est vide")
    choices = [one.value for one in Otherwise]
    otherwise = Otherwise(found["otherwise"].choice(choices) if "otherwise" in found else "keep")
    return Step(Act.TRANSLATE, target.segment, target, table=table, otherwise=otherwise, when=when) if target else None


def _drop(found: Mapping[str, Entry], when: tuple[Condition, ...]) -> Step | None:
    name = found["drop"].name(_SEGMENT, "un nom de segment, par exemple ZXX")
    if name == "MSH":
        found["drop"].fault("le segment MSH ne peut pas être retiré")
        return None
    return Step(Act.DROP, name, when=when)


_READERS: Mapping[Act, Callable[[Mapping[str, Entry], tuple[Condition, ...]], Step | None]] = {
    Act.SET: _set,
    Act.COPY: _copy,
    Act.CLEAR: _clear,
    Act.REPLACE: _replace,
    Act.TRANSLATE: _translate,
    Act.DROP: _drop,
}


def _target(entry: Entry) -> Place | None:
    found = _leaf(entry)
    if found is not None and (found.segment, found.field) in _KEPT:
        entry.fault(f"{found.segment}-{found.field} ne se transforme pas : l’acquittement en dépend")
        return None
    return found


def _leaf(entry: Entry) -> Place | None:
    try:
        return place(entry.text())
    except BadPlace:
        entry.fault(BadPlace.__doc__ or "")
        return None


def _value(entry: Entry) -> str:
    value = entry.text(longest=2000)
    if _CONTROLS.search(value):
        entry.fault("caractère de contrôle dans la valeur")
    return value


def _conditions(entry: Entry) -> tuple[Condition, ...]:
    conditions = []
    for key, value in entry.mapping(None).items():
        try:
            where = place(key)
        except BadPlace:
            value.fault(BadPlace.__doc__ or "")
            continue
        if value.is_mapping:
            negated = value.mapping(("not",), required=("not",)).get("not")
            conditions += [Condition(where, _values(negated), is_negated=True)] if negated else []
        else:
            conditions.append(Condition(where, _values(value)))
    return tuple(conditions)


def _values(entry: Entry) -> frozenset[str]:
    return frozenset(entry.texts() if entry.is_list else [entry.text()])
