"""Who looks: what the rest of the house knows of an account during one request."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from passerelle.core.access import rules
from passerelle.core.access.matrix import current_matrix
from passerelle.core.access.vocabulary import Act, Kind, Role
from passerelle.core.audit.api import Actor


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account, its roles today and where it holds them; ANONYMOUS holds none.

    `assignments` pairs each role with an establishment code, or None for the whole group. `application` is the client
    through which it comes, alone or for somebody. `scopes` are the SMART scopes that client was given: they restrict
    what the matrix allows and never widen it; None is a person with a session of their own. `launched_for` is the
    person of the launch: the scopes of `patient/` go no further than them, or than the viewer when there was none.
    """

    account_id: UUID | None = None
    name: str = ""
    assignments: frozenset[tuple[Role, str | None]] = field(default_factory=frozenset)
    person_id: UUID | None = None
    professional_rpps: str | None = None
    second_factor: bool = False
    is_demo_persona: bool = False
    scopes: frozenset[str] | None = None
    application: str = ""
    launched_for: UUID | None = None

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None and not self.application

    @property
    def patient_in_context(self) -> UUID | None:
        return self.launched_for or self.person_id

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _ in self.assignments)

    @property
    def establishments(self) -> frozenset[str]:
        return frozenset(code for _, code in self.assignments if code is not None)

    def has(self, role: Role, establishment: str | None = None) -> bool:
        """Tell whether the role is held, for this establishment when one is given (a group-wide role counts)."""
        return any(
            held is role and (establishment is None or code is None or code == establishment)
            for held, code in self.assignments
        )

    def establishments_as(self, role: Role) -> frozenset[str]:
        """Return where this role is held."""
        return frozenset(code for held, code in self.assignments if held is role and code is not None)

    def may(self, kind: Kind, act: Act) -> bool:
        """Tell whether some relation and state would allow it: for menus and pages, never for an object."""
        return rules.may(current_matrix(), self.roles, kind, act)

    def actor(self, role: Role | None = None) -> Actor:
        """Return who signs an audit event, in the role that was used when it is known."""
        ordered = sorted(self.assignments, key=lambda pair: (pair[0] is not role, pair[0].value, pair[1] or ""))
        used, establishment = ordered[0] if ordered else (None, None)
        return Actor(
            account_id=self.account_id,
            name=self.name,
            role=used.value if used else "",
            establishment=establishment or "",
        )


ANONYMOUS = Viewer()


class AuthenticatedRequest(HttpRequest):
    """A request that went through the middleware: it knows its viewer."""

    viewer: Viewer
