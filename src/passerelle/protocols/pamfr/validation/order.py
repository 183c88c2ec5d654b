"""Whether the segments of a message are those of its structure, in their order and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from passerelle.protocols.pamfr.profile.loading import Node
from passerelle.protocols.pamfr.validation.findings import Finding, at_segment

_NOBODY: frozenset[str] = frozenset()


def check_order(names: Sequence[str], nodes: tuple[Node, ...]) -> list[Finding]:
    """Return what is missing, misplaced, repeated or left out by the profile, each at its segment."""
    reader = _Reader(names, _all_names(nodes))
    reader.sequence(nodes, _NOBODY)
    while reader.name:
        reader.skip()
    return reader.findings()


def _all_names(nodes: tuple[Node, ...]) -> frozenset[str]:
    return frozenset(name for one in nodes for name in (_all_names(one.children) if one.children else {one.name}))


class _Reader:
    """Reads names from left to right; what no place wants is set aside and reading goes on."""

    def __init__(self, names: Sequence[str], known: frozenset[str]) -> None:
        self._names = names
        self._known = known
        self._place = 0
        self._seen: Counter[str] = Counter()
        self._missing: list[str] = []
        self._unexpected: list[tuple[str, int]] = []
        self._forbidden: list[tuple[str, int]] = []
        self._placed: set[str] = set()

    @property
    def name(self) -> str:
        return self._names[self._place] if self._place < len(self._names) else ""

    def sequence(self, nodes: tuple[Node, ...], follow: frozenset[str]) -> None:
        for rank, node in enumerate(nodes):
            # Any later node may come next, even past a required one: its absence is then said once, by name.
            later = frozenset(name for one in nodes[rank:] for name in one.starts)
            self._set_aside(later | follow)
            self._occurrences(node, follow | frozenset(name for one in nodes[rank + 1 :] for name in one.starts))

    def _occurrences(self, node: Node, follow: frozenset[str]) -> None:
        count = 0
        while self.name in node.starts and (count < node.most or node.most == 0):
            if node.most == 0:
                self._forbidden.append((self.name, self._take()))
                continue
            count += 1
            if node.children:
                self.sequence(node.children, follow | node.starts if node.most > 1 else follow)
            else:
                self._take()
        if count < node.least:
            self._missing.append(_first_required(node))

    def _take(self) -> int:
        name = self.name
        self._seen[name] += 1
        self._placed.add(name)
        self._place += 1
        return self._seen[name]

    def _set_aside(self, wanted: frozenset[str]) -> None:
        while self.name and self.name not in wanted:
            self.skip()

    def skip(self) -> None:
        name = self.name
        self._seen[name] += 1
        self._unexpected.append((name, self._seen[name]))
        self._place += 1

    def findings(self) -> list[Finding]:
        misplaced = {name for name, _ in self._unexpected}
        found = [
            at_segment(name, 1, "SEG-1", f"le segment {name} est requis et n’est pas là")
            for name in dict.fromkeys(self._missing)
            if name not in misplaced
        ]
        found += [self._explained(name, rank) for name, rank in self._unexpected]
        for name, rank in self._forbidden:
            text = f"le segment {name} n’est pas utilisé en France pour cet événement"
            found.append(at_segment(name, rank, "SEG-4", text))
        return found

    def _explained(self, name: str, rank: int) -> Finding:
        if name not in self._known:
            text = f"le segment {name} n’est pas de la structure de ce message, il n’est pas lu"
            return at_segment(name, rank, "SEG-5", text, "warning")
        if name in self._placed:
            return at_segment(name, rank, "SEG-3", f"le segment {name} est répété ou revient hors de sa place")
        return at_segment(name, rank, "SEG-2", f"le segment {name} n’est pas à sa place")


def _first_required(node: Node) -> str:
    if not node.children:
        return node.name
    return _first_required(next(one for one in node.children if one.least))
