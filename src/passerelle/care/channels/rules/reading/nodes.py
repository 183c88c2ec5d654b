"""A YAML document walked with the line of each value; faults are collected, so that one reading tells them all."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time

import yaml

LARGEST_BYTES = 256 * 1024
_DEEPEST = 12
_TOO_DEEP = f"plus de {_DEEPEST} niveaux imbriqués"
_NO_ALIAS = "les alias YAML (*nom) ne sont pas admis : écrivez la valeur"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a file: its line (from 1), the key as `source.door`, and what was expected, in French."""

    file: str
    line: int
    key: str
    why: str

    def __str__(self) -> str:
        where = f"{self.file}, ligne {self.line}" + (f", {self.key}" if self.key else "")
        return f"{where} : {self.why}"


class _Refused(yaml.YAMLError):
    """YAML that we do not take, at a line counted from 0."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class Entry:
    """A value of the document; each reader returns something usable and notes a fault when it is not what is asked."""

    def __init__(self, node: yaml.Node, key: str, faults: list[Fault], file: str) -> None:
        self._node = node
        self.key = key
        self.faults = faults
        self._file = file

    @property
    def line(self) -> int:
        return int(self._node.start_mark.line) + 1

    @property
    def is_list(self) -> bool:
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_null(self) -> bool:
        return self._node.tag.endswith(":null")

    def fault(self, why: str, *, key: str | None = None) -> None:
        self.faults.append(Fault(self._file, self.line, self.key if key is None else key, why))

    def mapping(self, known: Collection[str] | None, *, required: Collection[str] = ()) -> dict[str, "Entry"]:
        """Return the values by key; a key that is not known, missing or given twice is a fault. `None` knows all."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fault("une liste de « clé: valeur » est attendue")
            return {}
        found: dict[str, Entry] = {}
        for name_node, node in self._node.value:
            name = str(name_node.value)
            entry = Entry(node, f"{self.key}.{name}".lstrip("."), self.faults, self._file)
            if known is not None and name not in known:
                entry.fault(f"clé inconnue ; clés possibles : {enumeration(known)}")
            elif name in found:
                entry.fault("clé donnée deux fois")
            else:
                found[name] = entry
        for name in required:
            if name not in found:
                self.fault("clé obligatoire absente", key=f"{self.key}.{name}".lstrip("."))
        return found

    def items(self) -> list["Entry"]:
        if not isinstance(self._node, yaml.SequenceNode):
            self.fault("une liste est attendue")
            return []
        return [
            Entry(node, f"{self.key}[{rank}]", self.faults, self._file)
            for rank, node in enumerate(self._node.value, start=1)
        ]

    def text(self, *, longest: int = 300) -> str:
        if not isinstance(self._node, yaml.ScalarNode) or self.is_null:
            self.fault("un texte est attendu")
            return ""
        value = str(self._node.value)
        if len(value) > longest:
            self.fault(f"{longest} caractères au plus")
        return value

    def name(self, pattern: re.Pattern[str], what: str) -> str:
        value = self.text()
        if value and not pattern.fullmatch(value):
            self.fault(f"« {value} » n’a pas la forme attendue : {what}")
        return value

    def choice(self, among: Collection[str]) -> str:
        value = self.text()
        if value not in among:
            self.fault(f"« {value} » n’est pas attendu ; valeurs possibles : {enumeration(among)}")
            return next(iter(among))
        return value

    def boolean(self) -> bool:
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.tag.endswith(":bool"):
            self.fault("true ou false est attendu")
            return False
        return self._node.value.lower() in {"true", "yes", "on"}

    def number(self, least: float, most: float) -> float:
        try:
            value = float(self.text() or "nan")
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            self.fault(f"un nombre entre {least:g} et {most:g} est attendu")
            return least
        return value

    def integer(self, least: int, most: int) -> int:
        value = self.number(least, most)
        if value != int(value):
            self.fault("un nombre entier est attendu")
        return int(value)

    def clock(self) -> time:
        found = _CLOCK.fullmatch(self.text())
        if found is None:
            self.fault('une heure entre guillemets est attendue, par exemple "07:30"')
            return time()
        return time(int(found[1]), int(found[2]))

    def texts(self, pattern: re.Pattern[str] | None = None, what: str = "") -> tuple[str, ...]:
        """Return the texts of a list, each once."""
        found: dict[str, None] = {}
        for item in self.items():
            value = item.name(pattern, what) if pattern else item.text()
            if value in found:
                item.fault(f"« {value} » est donné deux fois")
            found[value] = None
        return tuple(found)


def root(content: bytes, file: str, faults: list[Fault]) -> Entry | None:
    """Read the only document of a file; None when it is not YAML, which is a fault with its line."""
    if len(content) > LARGEST_BYTES:
        faults.append(Fault(file, 1, "", f"le fichier dépasse {LARGEST_BYTES // 1024} Kio"))
        return None
    try:
        text = content.decode()
        node = yaml.compose(_without_aliases(text), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as fault:
        faults.append(Fault(file, content[: fault.start].count(b"\n") + 1, "", "le fichier n’est pas en UTF-8"))
        return None
    except yaml.YAMLError as fault:
        faults.append(_syntax_fault(fault, file))
        return None
    if node is None:
        faults.append(Fault(file, 1, "", "le fichier est vide"))
        return None
    return Entry(node, "", faults, file)


def enumeration(words: Iterable[str]) -> str:
    """Return « a, b ou c »."""
    *first, last = words
    return f"{', '.join(first)} ou {last}" if first else str(last)


def _without_aliases(text: str) -> str:
    """Refuse aliases and deep nesting before anything is built: a small file must not become a large one."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(_NO_ALIAS, _line(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _Refused(_TOO_DEEP, _line(event))
    return text


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) if event.start_mark is not None else 0


def _syntax_fault(fault: yaml.YAMLError, file: str) -> Fault:
    if isinstance(fault, _Refused):
        return Fault(file, fault.line + 1, "", fault.why)
    mark = getattr(fault, "problem_mark", None)
    return Fault(file, mark.line + 1 if mark is not None else 1, "", "écriture YAML incorrecte")
