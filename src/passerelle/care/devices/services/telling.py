"""Whom an alert is told to, outside the worklist: an address of the team, never the patient's name nor their health."""

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from passerelle.care.devices.models import Alert, Recipient
from passerelle.care.devices.rules.words import Line, Severity
from passerelle.core.notify import api as notify

_USEFUL_FOR: Final = timedelta(hours=24)


def tell_line(alert: Alert, *, at: datetime, line: Line = Line.FIRST) -> int:
    """Tell a line of the establishment that an alert waits, once for each severity; return how many were told.

    The first line is told of what is urgent only: the rest waits in the worklist, where it works.
    """
    if line is Line.FIRST and alert.severity != Severity.URGENT.value:
        return 0
    place = alert.monitoring.establishment
    recipients = Recipient.objects.filter(establishment=place, line=line.value, removed_at=None).order_by("pk")
    stem = "device_alert" if line is Line.FIRST else "device_alert_late"
    waiting = [
        notify.Outgoing(
            channel=one.channel,
            to=one.address,
            template=f"{stem}_{one.channel}",
            words={"place": place, "link": reverse("devices:alerts").lstrip("/")},
            key=f"devices:{alert.pk}:{line.value}:{alert.severity}:{one.pk}",
            about=f"device-alert:{alert.pk}",
            expires_at=at + _USEFUL_FOR,
            establishment=place,
        )
        for one in recipients
    ]
    return notify.enqueue(waiting, at=at).kept if waiting else 0
