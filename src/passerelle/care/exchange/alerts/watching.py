"""What is wrong with the exchanges at this moment. Each query is bounded, whatever the queues hold."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from passerelle.care.exchange.alerts.declarations import unreadable
from passerelle.care.exchange.rules.alerting import Finding
from passerelle.care.exchange.rules.causes import cause_of, is_poison
from passerelle.care.exchange.selectors.channels import channel_flows
from passerelle.care.exchange.selectors.flows import SenderFlow, sender_flows
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_TOO_OLD = timedelta(minutes=5)
_BURST = 20  # refusals in a quarter of an hour
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_SOME = 5  # messages of one hour, all refused
_MOST = 2000
_PARKED = f"""
    SELECT establishment, error_where, error_why, seq, lane FROM exchange_message
    WHERE state = 'parked' ORDER BY seq DESC LIMIT {_MOST}
"""  # noqa: S608 - our own number
_FAULTY = f"""
    SELECT state, establishment, sending_facility, sending_application, error_where, seq, received_at FROM (
        (SELECT * FROM exchange_message WHERE state = 'refused' ORDER BY seq DESC LIMIT {_MOST})
        UNION ALL (SELECT * FROM exchange_message WHERE state = 'conflict' ORDER BY seq DESC LIMIT {_MOST})
    ) AS faulty WHERE received_at >= %s
"""  # noqa: S608 - our own number
_Faulty = tuple[str, str, str, str, str, int, datetime]


def findings(at: datetime) -> list[Finding]:
    """Return what is wrong, in no order."""
    flows = sender_flows(at=at)
    return [
        *unreadable(),
        *_silences(flows.values(), at),
        *_queues(flows.values(), at),
        *_parked(),
        *_arrivals(_faulty(at - timedelta(hours=24)), list(flows.values()), at),
    ]


def _silences(flows: Iterable[SenderFlow], at: datetime) -> Iterator[Finding]:
    for row in channel_flows(flows, at=at):
        if row.silent_since is None or row.channel is None:
            continue
        label, lasted = row.channel.label, french.duration(at - row.silent_since)
        yield Finding(
            rule="silence",
            subject=row.channel.code,
            title=f"Aucun message de « {label} » depuis {lasted}".replace("« ", "«\u00a0").replace(" »", "\u00a0»"),
            todo=(
                "Appelez l’informatique de l’établissement : son application ou sa liaison est peut-être arrêtée. "
                "Vérifiez ensuite que l’écoute répond (passerelle doctor). Si l’arrêt est prévu, fermez l’alerte "
                "en le disant : elle se taira jusqu’au prochain message."
            ).replace(" :", "\u00a0:"),
            evidence=row.last_at.isoformat() if row.last_at else "jamais",
            is_severe=True,
            link=_messages(canal=row.channel.code),
            establishment=row.channel.establishment,
        )


def _queues(flows: Iterable[SenderFlow], at: datetime) -> Iterator[Finding]:
    late = [flow for flow in flows if flow.oldest_waiting_at and at - flow.oldest_waiting_at > _TOO_OLD]
    # What waits behind a parked message is told with it.
    late = [flow for flow in late if flow.waiting and not flow.parked]
    if not late:
        return
    oldest = min(flow.oldest_waiting_at for flow in late if flow.oldest_waiting_at)
    count = sum(flow.waiting for flow in late)
    yield Finding(
        rule="queue",
        subject="application",
        title=f"{_counted(count, 'message attend', 'messages attendent')} d’être appliqué"
        f"{'s' if count > 1 else ''}, le plus ancien depuis {french.duration(at - oldest)}",
        todo=(
            "Vérifiez que l’exécutant tourne (passerelle work) et que la base répond. S’il tourne, la file se vide "
            "d’elle-même\u00a0: regardez son débit sur la page des échanges, ajoutez-en un s’il ne suffit pas."
        ),
        evidence=oldest.isoformat(),
        is_severe=True,
        link=_messages(etat="received"),
        hold=timedelta(minutes=2),
    )


def _parked() -> Iterator[Finding]:
    groups: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PARKED)
        for establishment, where, why, seq, lane in cursor.fetchall():
            groups.setdefault((establishment, where, cause_of(why)), []).append((seq, lane))
    for (establishment, where, cause), found in groups.items():
        poison = is_poison(cause)
        lanes = len({lane for _, lane in found})
        yield Finding(
            rule="poison" if poison else "parked",
            subject=f"{establishment} {where} {cause}"[:300],
            title=f"{_counted(lanes, 'file de patient arrêtée', 'files de patients arrêtées')}"
            f" ({_name(establishment)})\u00a0: {cause}",
            todo=_TODO_POISON if poison else _TODO_PARKED,
            evidence=str(max(seq for seq, _ in found)),
            is_severe=poison,
            link=reverse("exchange:dead_letters"),
            establishment=establishment,
        )


_TODO_PARKED = (
    "Ouvrez les messages en échec\u00a0: ils y sont groupés par cause. Corrigez la cause puis relancez le groupe, ou "
    "renvoyez une copie corrigée. Les messages suivants de ces patients attendent derrière\u00a0; ceux des autres "
    "patients passent."
)
_TODO_POISON = (
    "Notre propre programme échoue sur ce message\u00a0: ce n’est pas à l’émetteur de corriger. Notez l’adresse du "
    "message et prévenez l’éditeur. En attendant, écartez-le si les messages suivants du patient sont urgents."
)


def _faulty(since: datetime) -> list[_Faulty]:
    with connection.cursor() as cursor:
        cursor.execute(_FAULTY, [since])
        return list(cursor.fetchall())


def _arrivals(faulty: list[_Faulty], flows: list[SenderFlow], at: datetime) -> Iterator[Finding]:
    yield from _conflicts([row for row in faulty if row[0] == "conflict"])
    refused = [row for row in faulty if row[0] == "refused"]
    yield from _unknown_senders([row for row in refused if row[4].startswith("MSH^1^4")])
    known = [row for row in refused if row[1]]
    yield from _bursts([row for row in known if row[6] >= at - _QUARTER])
    yield from _nothing_passes([row for row in known if row[6] >= at - _HOUR], flows)


def _conflicts(rows: list[_Faulty]) -> Iterator[Finding]:
    for (establishment, facility, application), latest, count in _by_sender(rows):
        yield Finding(
            rule="conflict",
            subject=f"{establishment} {facility} {application}",
            title=f"{_counted(count, 'identifiant de contrôle repris', 'identifiants de contrôle repris')}"
            f" pour un autre contenu par {_sender(facility, application)}",
            todo=(
                "Comparez chaque message à celui qui porte déjà son identifiant (MSH-10). Si l’application "
                "émettrice a été réinstallée, son compteur repart de 1\u00a0: faites-le avancer, puis faites renvoyer "
                "les messages sous des identifiants neufs."
            ),
            evidence=str(latest),
            link=_messages(etat="conflict"),
            establishment=establishment,
        )


def _unknown_senders(rows: list[_Faulty]) -> Iterator[Finding]:
    for (_, facility, application), latest, count in _by_sender(rows)[:20]:
        yield Finding(
            rule="unknown_sender",
            subject=f"{facility} {application}"[:300],
            title=f"Émetteur inconnu\u00a0: {_sender(facility, application)}"
            f" ({_counted(count, 'message refusé', 'messages refusés')})",
            todo=(
                "Si cet émetteur est attendu, ajoutez son code (MSH-4) à l’annuaire ou à un canal, puis relancez ses "
                "messages refusés depuis les messages en échec. Sinon, cherchez qui envoie depuis cette adresse."
            ),
            evidence=str(latest),
            link=_messages(etat="refused", q=facility[:100]),
        )


def _bursts(rows: list[_Faulty]) -> Iterator[Finding]:
    for (establishment, facility, application), latest, count in _by_sender(rows):
        if count < _BURST:
            continue
        yield Finding(
            rule="refusals",
            subject=f"{establishment} {facility} {application}",
            title=f"{french.number(count)} messages de {_sender(facility, application)} refusés en un quart d’heure",
            todo=(
                "Regardez la cause commune dans les messages en échec et prévenez l’établissement\u00a0: son "
                "application a sans doute été mise à jour. Rien de ce qui est refusé n’est perdu\u00a0: tout pourra "
                "être relancé une fois la cause levée."
            ),
            evidence=str(latest),
            is_severe=True,
            link=reverse("exchange:dead_letters"),
            establishment=establishment,
        )


def _nothing_passes(rows: list[_Faulty], flows: list[SenderFlow]) -> Iterator[Finding]:
    """Tell of a sender whose messages of the last hour were all refused, few as they are."""
    came: dict[tuple[str, str, str], int] = {}
    for flow in flows:
        who = (flow.sender.establishment, flow.sender.facility, flow.sender.application)
        came[who] = came.get(who, 0) + flow.hour
    for who, latest, count in _by_sender(rows):
        establishment, facility, application = who
        if count < _SOME or count < came.get(who, 0):
            continue
        yield Finding(
            rule="nothing_passes",
            subject=" ".join(who),
            title=f"Plus rien ne passe de {_sender(facility, application)}\u00a0: tout est refusé depuis une heure"
            f" ({french.number(count)} messages)",
            todo=(
                "Lisez la cause dans les messages en échec. Si l’application a changé de version, prévenez "
                "l’établissement\u00a0; si c’est le canal qui a changé, revenez à sa version précédente. Puis relancez "
                "le groupe."
            ),
            evidence=str(latest),
            is_severe=True,
            link=reverse("exchange:dead_letters"),
            establishment=establishment,
        )


def _by_sender(rows: list[_Faulty]) -> list[tuple[tuple[str, str, str], int, int]]:
    """Return each sender with the latest rank and the count, the most talkative first."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for _, establishment, facility, application, _, seq, _ in rows:
        groups.setdefault((establishment, facility, application), []).append(seq)
    told = [(who, max(ranks), len(ranks)) for who, ranks in groups.items()]
    return sorted(told, key=lambda each: (-each[2], each[0]))


def _sender(facility: str, application: str) -> str:
    return " · ".join(filter(None, [facility, application])) or "un émetteur sans nom"


def _name(establishment: str) -> str:
    row = directory.establishment(establishment) if establishment else None
    return row.short_name if row else "établissement inconnu"


def _counted(count: int, one: str, many: str) -> str:
    return f"{french.number(count)} {one if count == 1 else many}"


def _messages(**criteria: str) -> str:
    return f"{reverse('exchange:messages')}?{urlencode(criteria)}"
