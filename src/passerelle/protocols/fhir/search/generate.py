"""Makes `parameters.json` from the official R4 definitions: where each search parameter finds its values.

    python -m passerelle.protocols.fhir.search.generate <folder of the unpacked package hl7.fhir.r4.examples>

Source: https://hl7.org/fhir/R4/downloads.html (SearchParameter, StructureDefinition, CompartmentDefinition; CC0). The
file is read by people too: the grammar of a path is told in `paths.py`.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from passerelle.protocols.fhir.search.suiting import SUITING, TYPES, kind_for

Json = dict[str, Any]
TARGET: Final = Path(__file__).with_name("parameters.json")
#: What the standard defines and this table leaves out, each with its reason.
LEFT_OUT: Final = {
    "_content": "le texte des ressources n’est pas indexé",
    "_text": "le texte des ressources n’est pas indexé",
    "_query": "aucune requête nommée n’est définie",
    "_filter": "langage à part, que peu de clients emploient",
    "phonetic": "le standard ne dit pas quelle phonétique",
    "near": "les lieux du groupement n’ont pas de coordonnées",
    "age": "le standard n’en donne pas l’expression",
    "birthOrderBoolean": "le standard n’en donne pas l’expression",
    "part-agree": "le standard n’en donne pas l’expression",
}
_STEP: Final = re.compile(
    r"\.?(?:(?P<cast>(?:as|ofType)\((?P<type>\w+)\))|where\((?P<where>(?:[^()]|\([^()]*\))*)\)"
    r"|extension\('(?P<url>[^']+)'\)|(?P<name>\w+))"
)
_AS: Final = re.compile(r"\((?P<path>[\w.]+) as (?P<type>\w+)\)(?P<rest>.*)")
_EXISTS: Final = re.compile(r"(?P<path>[\w.]+)\.exists\(\) and (?P=path) != false")
#: What our parameters on extensions hold: the standard does not say it in their expression.
_IN_EXTENSIONS: Final = frozenset({"CodeableConcept", "Identifier", "Reference", "string"})
_CLASS: Final = re.compile(r"resolve\(\) is (\w+)")
_EQUALS: Final = re.compile(r"(\w+)='([^']+)'")
_HAS_EXTENSION: Final = re.compile(r"hasExtension\('([^']+)'\)")


class Structures:
    """The elements of types, read when asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._elements: dict[str, dict[str, Json]] = {}

    def of(self, kind: str) -> dict[str, Json]:
        """Return the elements of a type by path."""
        if kind not in self._elements:
            path = self._folder / f"StructureDefinition-{kind}.json"
            told = json.loads(path.read_text())["snapshot"]["element"] if path.exists() else []
            self._elements[kind] = {element["path"]: element for element in told}
        return self._elements[kind]

    def types(self, path: str) -> tuple[str, bool, list[str]]:
        """Return the place of an element's children, whether it is a choice, and its types."""
        kind = path.partition(".")[0]
        elements = self.of(kind)
        element = elements.get(path) or elements.get(f"{path}[x]")
        if element is None:
            raise KeyError(path)
        if "contentReference" in element:
            return element["contentReference"].removeprefix("#"), False, ["BackboneElement"]
        types = list(dict.fromkeys(one["code"] for one in element.get("type", [])))
        return path, path not in elements, types

    def root(self, path: str) -> tuple[str, list[str]]:
        """Return where the children of a type or of an element of it are, and the types of the element."""
        if "." not in path:
            return path, []
        place, _, types = self.types(path)
        return place, types

    def child(self, place: str, types: list[str], name: str) -> str:
        """Return the path of a child of an element, in its own type or in the data type it has."""
        inside = not types or types[0] in {"BackboneElement", "Element"}
        return f"{place}.{name}" if inside else f"{types[0]}.{name}"


class Compiler:
    """Compiles expressions of one search parameter for one type."""

    def __init__(self, structures: Structures, kind: str) -> None:
        self.structures, self.kind = structures, kind
        self.only: set[str] = set()

    def paths(self, expression: str, root: str) -> list[str]:
        """Return the paths of an expression, from the type or element `root`, which they do not name."""
        found = [path for part in _alternatives(expression) for path in self._one(part, root)]
        return list(dict.fromkeys(found))

    def _one(self, expression: str, root: str) -> list[str]:
        if told := _EXISTS.fullmatch(expression):
            whole = told["path"].removeprefix(f"{root}.")
            return [f"{whole}Boolean[=true]", f"{whole}DateTime?"]
        if told := _AS.fullmatch(expression):
            expression = f"{told['path']}.as({told['type']}){told['rest']}"
        at = root
        if expression == root or expression.startswith(f"{root}."):
            expression = expression.removeprefix(root)
        steps = list(_STEP.finditer(expression))
        if "".join(step[0] for step in steps) != expression:
            raise ValueError(expression)
        return self._walk(steps, at)

    def _walk(self, steps: list[re.Match[str]], at: str) -> list[str]:
        path: list[str] = []
        (place, types), is_choice = self.structures.root(at), False
        for step in steps:
            if step["name"]:
                place, is_choice, types = self.structures.types(self.structures.child(place, types, step["name"]))
                path.append(step["name"])
            elif step["cast"]:
                types, is_choice = [self._settle(path, step["type"], types)], False
            elif step["url"]:
                path.append(f"extension[url={step['url']}]")
                return [
                    ".".join([*path, f"value{_capital(one)}"]) for one in sorted(SUITING[self.kind] & _IN_EXTENSIONS)
                ]
            else:
                self._where(path, step["where"])
        if is_choice:
            last = path.pop()
            return [".".join([*path, last + _capital(one)]) for one in self._suiting(types)]
        return [".".join(path)]

    def _suiting(self, types: list[str]) -> list[str]:
        return [one for one in types if one in SUITING[self.kind]]

    def _settle(self, path: list[str], asked: str, types: list[str]) -> str:
        found = next((one for one in types if one.casefold() == asked.casefold()), asked)
        if len(types) > 1:
            path[-1] += _capital(found)
        return found

    def _where(self, path: list[str], condition: str) -> None:
        if told := _CLASS.fullmatch(condition):
            self.only.add(told[1])
        elif told := _EQUALS.fullmatch(condition):
            path[-1] += f"[{told[1]}={told[2]}]"
        elif told := _HAS_EXTENSION.fullmatch(condition):
            path[-1] += f"[extension.url={told[1]}]"
        else:
            raise ValueError(condition)


def _alternatives(expression: str) -> list[str]:
    return [part.strip() for part in re.split(r"\|(?![^(]*\))", expression) if part.strip()]


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _of_type(expression: str, kind: str) -> str:
    """Return the alternatives of an expression that are about one type."""
    mine = [part for part in _alternatives(expression) if re.match(rf"\(?{kind}\b", part)]
    return " | ".join(mine)


def _parameter(told: Json, kind: str, structures: Structures, known: dict[str, Json]) -> Json:
    if told["type"] == "composite":
        return _composite(told, kind, structures, known)
    compiler = Compiler(structures, told["type"])
    base = kind if kind in told["base"] else "Resource"
    paths = compiler.paths(_of_type(told["expression"], base), base)
    found: Json = {"kind": told["type"], "paths": paths}
    if told["type"] == "reference":
        targets = sorted(compiler.only or set(told.get("target", ())) & set(TYPES))
        if targets and len(targets) < len(TYPES) - 5:
            found["targets"] = targets
        if compiler.only:
            found["limited"] = True
    return found


def _composite(told: Json, kind: str, structures: Structures, known: dict[str, Json]) -> Json:
    bases = [part.removeprefix(kind).removeprefix(".") for part in _alternatives(_of_type(told["expression"], kind))]
    root = ".".join([kind, bases[0]]) if bases[0] else kind
    parts = []
    for component in told["component"]:
        definition = known[component["definition"]]
        part_kind = _kind_of_part(component["expression"], definition["type"], root, structures)
        paths = Compiler(structures, part_kind).paths(component["expression"], root)
        parts.append({"kind": part_kind, "paths": paths})
    return {"kind": "composite", "paths": bases, "parts": parts}


def _kind_of_part(expression: str, kind: str, root: str, structures: Structures) -> str:
    """Return the kind of a component; the standard swaps those of DocumentReference.relationship."""
    if not re.fullmatch(r"\w+", expression):
        return kind
    types = structures.types(structures.child(*structures.root(root), expression))[2]
    return kind if set(types) & SUITING[kind] else kind_for(types[0])


def parameters(folder: Path) -> dict[str, dict[str, Json]]:
    """Return the parameters of each stored type; those of every type are under `*`."""
    structures = Structures(folder)
    official = [json.loads(path.read_text()) for path in sorted(folder.glob("SearchParameter-*.json"))]
    known = {one["url"]: one for one in official}
    found: dict[str, dict[str, Json]] = {kind: {} for kind in ("*", *TYPES)}
    for told in official:
        if told["code"] in LEFT_OUT or not told.get("expression"):
            continue
        for kind in _bases(told):
            found["*" if kind == "Resource" else kind][told["code"]] = _parameter(told, kind, structures, known)
    return {kind: dict(sorted(table.items())) for kind, table in found.items()}


def _bases(told: Json) -> Iterator[str]:
    if str(told["id"]).startswith("example"):
        return
    yield from (kind for kind in told["base"] if kind in TYPES or kind == "Resource")


def shapes(folder: Path) -> dict[str, Json]:
    """Return, for each type, the elements of its summary and its mandatory ones."""
    structures = Structures(folder)
    found: dict[str, Json] = {}
    for kind in TYPES:
        summary, mandatory = [], []
        for path, element in structures.of(kind).items():
            name = path.partition(".")[2]
            if not name or name.rpartition(".")[2] in {"id", "extension", "modifierExtension"}:
                continue
            names = _names(name, element)
            summary += names if element.get("isSummary") else []
            mandatory += names if element["min"] > 0 and "." not in name else []
        found[kind] = {"summary": summary, "mandatory": mandatory}
    return found


def _names(name: str, element: Json) -> list[str]:
    if not name.endswith("[x]"):
        return [name]
    return [name.removesuffix("[x]") + _capital(one["code"]) for one in element["type"]]


def compartments(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return, for each compartment, the parameters that put a resource of a type in it."""
    found = {}
    for path in sorted(folder.glob("CompartmentDefinition-*.json")):
        told = json.loads(path.read_text())
        if told["id"] != "example":
            linked = {
                one["code"]: one["param"] for one in told["resource"] if one.get("param") and one["code"] in TYPES
            }
            found[told["code"]] = linked
    return found


def text(folder: Path) -> str:
    """Return the content of the file, one parameter on a line."""

    def block(name: str, table: dict[str, Any]) -> str:
        lines = ",\n".join(
            f"   {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()
        )
        return f"  {json.dumps(name)}: {{\n{lines}\n  }}"

    tables: dict[str, dict[str, Any]] = {
        "parameters": parameters(folder),
        "compartments": compartments(folder),
        "shapes": shapes(folder),
    }
    parts = [
        f" {json.dumps(name)}: {{\n" + ",\n".join(block(*each) for each in table.items()) + "\n }"
        for name, table in tables.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(text(Path(sys.argv[1])))
