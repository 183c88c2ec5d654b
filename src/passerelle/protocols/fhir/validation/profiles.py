"""French profiles, declared by `profiles.yaml`: those a resource names, and what the house asks of all."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from passerelle.protocols.fhir.codec import Json
from passerelle.protocols.fhir.issues import Issue

_FILE: Final = Path(__file__).with_name("profiles.yaml")
#: Where the canonical addresses of French profiles begin.
FR_CORE: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
Rule = Mapping[str, Any]
Found = tuple[str, Any]


@cache
def _declared() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


@cache
def known_profiles() -> dict[str, str]:
    """Return each profile checked, by its canonical address, with its type."""
    return {f"{FR_CORE}{name}": one["type"] for name, one in _declared()["profiles"].items()}


@cache
def _rules_of(name: str) -> tuple[Rule, ...]:
    profile = _declared()["profiles"][name]
    inherited = _rules_of(profile["extends"]) if "extends" in profile else ()
    return (*inherited, *profile["rules"])


@cache
def _rules_of_house(kind: str) -> tuple[Rule, ...]:
    return tuple(_declared()["house"].get(kind, ()))


def profile_issues(resource: Json) -> list[Issue]:
    """Return what a resource of right structure breaks: of the profiles it names that we know, and of the house."""
    kind = resource["resourceType"]
    rules = [*_rules_of_house(kind)]
    issues: list[Issue] = []
    for rank, address in enumerate(resource.get("meta", {}).get("profile", ())):
        url = (address or "").partition("|")[0]
        if known_profiles().get(url, kind) != kind:
            where = f"{kind}.meta.profile[{rank}]"
            issues.append(Issue("error", "invariant", "ce profil est celui d’un autre type", where))
        elif url in known_profiles():
            rules += [rule for rule in _rules_of(url.removeprefix(FR_CORE)) if rule not in rules]
    return issues + [issue for rule in rules for issue in _issues(resource, rule)] if rules else issues


def _issues(resource: Json, rule: Rule) -> Iterator[Issue]:
    kind = resource["resourceType"]
    if "when" in rule and not _select(resource, kind, rule["when"]):
        return
    found = _select(resource, kind, rule["in"])
    least, most = rule.get("least", 0), rule.get("most")
    if len(found) < least or (most is not None and len(found) > most):
        named = ".".join(step for step in rule["in"] if isinstance(step, str))
        yield Issue("error", "invariant", rule["why"], f"{kind}.{named}")
    for path, node in found:
        yield from (Issue("error", "invariant", rule["why"], f"{path}{part}") for part in _breaches(node, rule))


def _breaches(node: Any, rule: Rule) -> Iterator[str]:
    """Yield the part of a node that breaks each point of a rule; an empty one is the node itself."""
    for name in rule.get("needs", ()):
        if name not in node:
            yield f".{name}"
    for name, value in rule.get("fixed", {}).items():
        if not _is(node, name, value):
            yield f".{name.partition('.')[0]}"
    among = rule.get("among", ())
    if isinstance(among, dict):
        yield from (f".{name}" for name, allowed in among.items() if not _is(node, name, allowed))
    elif among and node not in among:
        yield ""
    if isinstance(node, dict):
        yield from _wrong_value(str(node.get("value", "")), rule)


def _wrong_value(value: str, rule: Rule) -> Iterator[str]:
    if "digits" in rule and not (value.isascii() and value.isdigit() and len(value) == rule["digits"]):
        yield ".value"
    if "length" in rule and len(value) != rule["length"]:
        yield ".value"


def _select(resource: Json, kind: str, steps: list[Any]) -> list[Found]:
    found: list[Found] = [(kind, resource)]
    for step in steps:
        if isinstance(step, dict):
            found = [(path, node) for path, node in found if all(_is(node, *one) for one in step.items())]
        else:
            found = [one for path, node in found for one in _parts(path, node, step)]
    return found


def _parts(path: str, node: Any, name: str) -> Iterator[Found]:
    value = node.get(name) if isinstance(node, dict) else None
    if isinstance(value, list):
        yield from ((f"{path}.{name}[{rank}]", one) for rank, one in enumerate(value) if one is not None)
    elif value is not None:
        yield f"{path}.{name}", value


def _is(node: Any, name: str, wanted: Any) -> bool:
    """Tell whether what a dotted name leads to, in any item of a list on the way, is a value or one of a list."""
    first, _, rest = name.partition(".")
    value = node.get(first) if isinstance(node, dict) else None
    if rest:
        return any(_is(one, rest, wanted) for one in (value if isinstance(value, list) else [value]))
    return value in wanted if isinstance(wanted, list) else value == wanted
