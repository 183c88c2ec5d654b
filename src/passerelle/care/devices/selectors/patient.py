"""What the patient's own pages and home say: what to measure, who sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count

from passerelle.care.devices.models import Device, Measure, Pairing, Share, Threshold
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.selectors import guarding
from passerelle.core.access.api import Viewer


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that awaits a patient: a title, a short text, where it is done, since when."""

    title: str
    text: str
    url_name: str
    url_args: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A sharing of measures; `state` in plain words."""

    id: UUID
    label: str
    shown_name: str
    person_id: UUID
    since: datetime
    is_accepted: bool
    code_until: datetime


def todo(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[Todo]:
    """Return the measures a patient has to take now, by the devices they hold; two queries.

    The viewer is the patient, or who represents them: whoever asks has decided so.
    """
    del viewer
    held = Pairing.objects.filter(local_identity_id__in=guarding.files_of(person_id), until=None)
    found = []
    for one in held.select_related("device").order_by("since", "pk"):
        model = catalogue().models[one.device.model_code]
        heard = max(one.device.heard_at or one.since, one.since)
        if at - heard >= model.every:
            text = f"Avec votre appareil\u00a0: {model.label}."
            title = f"Mesure à faire\u00a0: {model.kind.label.lower()}"
            found.append(Todo(title, text, "devices:mine_kind", (model.kind.slug,), heard + model.every))
    return found


def shares_of(person_id: UUID, *, at: datetime) -> list[ShareRow]:
    """Return to whom a person shows their measures, or proposed to."""
    rows = Share.objects.filter(person_id=person_id).exclude(until__lte=at).order_by("-since", "pk")
    return [_row(one) for one in rows if one.accepted_at is not None or one.code_until > at]


def shared_with(viewer: Viewer, *, at: datetime) -> list[ShareRow]:
    """Return who shows their measures to this viewer."""
    rows = (
        Share.objects.filter(carer_id=viewer.person_id, accepted_at__lte=at)
        if viewer.person_id
        else Share.objects.none()
    )
    return [_row(one) for one in rows.exclude(until__lte=at).order_by("shown_name", "pk")]


def _row(one: Share) -> ShareRow:
    return ShareRow(
        one.pk, one.label, one.shown_name, one.person_id, one.since, one.accepted_at is not None, one.code_until
    )


def threshold_history(monitoring_ids: list[UUID]) -> list[Threshold]:
    """Return every threshold there was, newest first."""
    return list(Threshold.objects.filter(monitoring_id__in=monitoring_ids).order_by("quantity", "-since", "-pk"))


def measures_received(first: date, after: date) -> Iterator[tuple[str, int]]:
    """Yield how many measures devices sent to each establishment over days in [first, after): minutes given back.

    What people wrote down is not counted: nobody was spared that.
    """
    rows = Measure.objects.filter(measured_at__date__gte=first, measured_at__date__lt=after, device_id__isnull=False)
    counted = dict(rows.values_list("device_id").annotate(Count("pk")).order_by())
    totals: dict[str, int] = {}
    for device_id, place in Device.objects.filter(pk__in=counted).values_list("pk", "establishment"):
        totals[place] = totals.get(place, 0) + counted[device_id]
    yield from sorted(totals.items())
