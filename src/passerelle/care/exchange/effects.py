"""The register of those who tell what a message produced. Packages above enrol in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from passerelle.care.exchange.handlers import Inbound
from passerelle.core.access.api import Act, Kind, Viewer


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that came of a message: a version of a resource, an identity touched, something sent.

    `url` is offered as a link to whoever may do `act` on some `kind`; without kind, to whoever sees the message.
    """

    title: str
    text: str = ""
    icon: str = "document"
    url: str = ""
    kind: Kind | None = None
    act: Act = Act.READ

    def link_for(self, viewer: Viewer) -> str:
        """Return the link for this viewer, "" when they may not follow it."""
        return self.url if self.kind is None or viewer.may(self.kind, self.act) else ""


Teller = Callable[[Inbound], Iterable[Effect]]
_tellers: dict[str, tuple[int, Teller]] = {}


def register_effects(teller: Teller, *, order: int, name: str) -> None:
    """Ask `teller`, on the page of a message, what came of it; lower `order` first. It reads only.

    The same name again replaces the former one. It looks among the patient's own rows for those whose source is the
    message: an index on the source would be paid by each message that arrives.
    """
    _tellers[name] = (order, teller)


def remove_effects(name: str) -> None:
    """Forget the teller of that name, if any."""
    _tellers.pop(name, None)


def effects_of(inbound: Inbound) -> list[Effect]:
    """Return everything that came of a message, in the order of the packages."""
    tellers = sorted(_tellers.items(), key=lambda each: (each[1][0], each[0]))
    return [effect for _, (_, teller) in tellers for effect in teller(inbound)]
