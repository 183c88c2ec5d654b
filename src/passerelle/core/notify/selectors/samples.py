from dataclasses import dataclass

from passerelle.core.notify import book
from passerelle.core.notify.rules import gsm7, templates
from passerelle.core.notify.rules.words import WordKind

_SAMPLES = {
    WordKind.PLACE: "lieu",
    WordKind.DATE: "2026-03-03",
    WordKind.TIME: "14:30",
    WordKind.LINK: "rappels/r/4F7KQ2M9TZ",
    WordKind.PHONE: "+33491000000",
    WordKind.CODE: "4729-1805",
    WordKind.COUNT: "2",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A template with invented values: what a person would read, and how many SMS it costs at most."""

    code: str
    version: int
    label: str
    channel_label: str
    subject: str
    body: str
    cost: str
    notes: str


def samples() -> list[Sample]:
    """Return every template in force, as a person would read it."""
    return [_sample(one) for one in book.templates()]


def _sample(one: templates.Template) -> Sample:
    words = {name: _SAMPLES[kind] for name, kind in one.words.items()}
    places, address = {"lieu": "Hôpital de votre ville"}, "https://passerelle.exemple"
    body = one.body(words, places=places, address=address)
    notes = [
        "attend une réponse" if one.expects_answer else "",
        "part à toute heure" if one.any_hour else "",
        "part malgré un STOP" if one.passes_stop else "",
    ]
    return Sample(
        code=one.code,
        version=one.version,
        label=one.label,
        channel_label="SMS" if one.channel == "sms" else "courriel",
        subject=one.title(words, places=places, address=address),
        body=body,
        cost=_cost(one, body) if one.channel == "sms" else "",
        notes=", ".join(filter(None, notes)),
    )


def _cost(one: templates.Template, body: str) -> str:
    most = templates.longest(one)
    return f"{gsm7.length(body).septets} caractères ici, {most.septets} au plus, soit {most.parts} SMS au plus"
