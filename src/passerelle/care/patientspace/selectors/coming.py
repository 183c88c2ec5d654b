"""The next appointments of a patient, with what to do for each, and as a file for a calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from passerelle.care.appointments import api as appointments
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer


@dataclass(frozen=True, slots=True)
class Coming:
    """An appointment to come: when, where, and what to do for it."""

    row: appointments.AppointmentRow
    told: appointments.Instructions


def coming(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[Coming]:
    """Return the appointments to come, the next one first; the instructions are those of the first only."""
    rows = appointments.upcoming(viewer, person_id, at)
    return [
        Coming(
            row,
            appointments.instructions_for(row.kind_code, row.site) if rank == 0 else appointments.Instructions(),
        )
        for rank, row in enumerate(rows)
    ]


def calendar_file(viewer: Viewer, person_id: UUID, appointment_id: UUID, *, at: datetime) -> str:
    """Return one appointment as iCalendar (RFC 5545): a place and an hour, no word of care.

    Raises:
        AccessRefused: this person has no such appointment to come.
    """
    found = next((one for one in appointments.upcoming(viewer, person_id, at) if one.id == appointment_id), None)
    if found is None:
        raise access.AccessRefused
    where = ", ".join(part for part in (found.establishment_name, found.site_name, found.place, found.city) if part)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Passerelle//Espace du patient//FR",
        "BEGIN:VEVENT",
        f"UID:{found.id}@passerelle",
        f"DTSTAMP:{_moment(at)}",
        f"DTSTART:{_moment(found.starts_at)}",
        f"DTEND:{_moment(found.ends_at)}",
        "SUMMARY:Rendez-vous",
        f"LOCATION:{_escaped(where)}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(_folded(line) for line in lines)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line cut at 60 characters, so that none is over 75 octets of UTF-8."""
    return "\r\n ".join(line[start : start + 37] for start in range(0, len(line), 37)) if len(line) > 37 else line
