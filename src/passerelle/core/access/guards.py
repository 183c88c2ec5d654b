"""How a view says who may call it. The middleware enforces it, and refuses a view that says nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from django.urls import URLPattern, URLResolver

from passerelle.core.access.vocabulary import Act, Kind

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call a view: anyone (`public`), whoever signed in, or whoever may do `act` on `kind`."""

    public: bool = False
    kind: Kind | None = None
    act: Act | None = None
    is_enrolment: bool = False
    is_second_step: bool = False

    def __str__(self) -> str:
        if self.public:
            return "public"
        return f"{self.kind}:{self.act}" if self.kind else "signed_in"


PUBLIC = AccessRule(public=True)
SIGNED_IN = AccessRule()
ENROLMENT = AccessRule(is_enrolment=True)
SECOND_STEP = AccessRule(is_enrolment=True, is_second_step=True)


def public(view: V) -> V:
    """Let anyone call the view."""
    return _ruled(view, PUBLIC)


def signed_in(view: V) -> V:
    """Let whoever signed in with two factors call the view."""
    return _ruled(view, SIGNED_IN)


def enrolment(view: V) -> V:
    """Let whoever signed in call the view, even before a second factor is enrolled: only the pages that enrol one."""
    return _ruled(view, ENROLMENT)


def second_step(view: V) -> V:
    """Let whoever signed in call the view, even before giving the second factor they have: the pages that take it."""
    return _ruled(view, SECOND_STEP)


def requires(kind: Kind, act: Act) -> Callable[[V], V]:
    """Let whoever may do `act` on some `kind` call the view; the object itself is for `check`."""

    def decorate(view: V) -> V:
        return _ruled(view, rule(kind, act))

    return decorate


def rule(kind: Kind, act: Act) -> AccessRule:
    """Return the rule that `requires` declares, for `guarded`."""
    return AccessRule(kind=kind, act=act)


def rule_of(view: Callable[..., Any]) -> AccessRule | None:
    """Return what a view declares, None when it declares nothing."""
    declared = getattr(view, "access_rule", None)
    return declared if isinstance(declared, AccessRule) else None


def guarded(module_name: str, default: AccessRule, **by_name: AccessRule) -> ModuleType:
    """Put `default`, or the rule of its name, on every view of an URL module that declares none.

    For what cannot import this package: the packages below it.
    """
    module = import_module(module_name)
    for pattern in _patterns(module.urlpatterns):
        if rule_of(pattern.callback) is None:
            pattern.callback = _ruled(pattern.callback, by_name.get(pattern.name or "", default))
    return module


def _patterns(entries: Iterable[URLPattern | URLResolver]) -> Iterable[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns)
        else:
            yield entry


def _ruled(view: V, declared: AccessRule) -> V:
    @wraps(view)
    def ruled(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    ruled.access_rule = declared  # type: ignore[attr-defined]  # the consistency tests and the middleware read it
    return ruled  # type: ignore[return-value]  # same signature as the view it wraps
