"""Messages and places for the tests; every patient is invented."""

from datetime import UTC, datetime
from itertools import count

from passerelle.care.exchange.handlers import register_handler, remove_handler
from passerelle.care.exchange.rules.verdict import House
from passerelle.core.directory.models import Establishment, SendingFacility, Source, Territory

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
_AUTHORITY = "CHU-X&000897406&N"
_finess = count(130_990_001)


def admission(
    control_id="M1",
    *,
    ipp="1001",
    facility="CHU-X",
    application="GAM",
    kind="ADT^A01^ADT_A01",
    processing="P",
    version="2.5^FRA^2.11",
    commit_wanted="",
    application_wanted="",
    pid=None,
    merged="",
    family="ESSAI",
):
    """Return an admission under PAM France; `merged` adds the MRG of an A40."""
    header = (
        f"MSH|^~\\&|{application}|{facility}|PASSERELLE|GHT|20260302101500||{kind}|{control_id}|{processing}|{version}"
        f"|||{commit_wanted}|{application_wanted}|FRA|UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM"
    )
    patient = pid or (
        f"PID|1||{ipp}^^^{_AUTHORITY}^PI||{family}^CAMILLE^CAMILLE^^^^L||19800328|F||||||||||"
        f"N{ipp}^^^{_AUTHORITY}^AN||||||||||||||PROV|20260302101500"
    )
    segments = [header, "EVN||20260302101500||||20260302101500", patient]
    if merged:
        segments.append(f"MRG|{merged}^^^{_AUTHORITY}^PI")
    segments += [
        f"PV1|1|I|CHIR^101^1^CHU-X|R||||||||||||||||V{ipp}^^^{_AUTHORITY}^VN|||||||||||||||||||||||||20260302101500",
        f"ZBE|{control_id}^CHU-X^000897406|20260302101500||INSERT|N||CHIR^^^^^{_AUTHORITY}^UF^^^6268||HMS",
    ]
    return ("\r".join(segments) + "\r").encode()


def merge(control_id, *, survivor, victim):
    return admission(control_id, ipp=survivor, kind="ADT^A40^ADT_A39", merged=victim)


def house(*, accepts_trials=False, known=("CHU-X",)):
    return House(establishment_of=lambda code: "essai" if code in known else None, accepts_trials=accepts_trials)


def open_facility(code="CHU-X", establishment="essai", role="essai"):
    """Write the few rows that make a sender known."""
    source, _ = Source.objects.get_or_create(
        code="essai", defaults={"title": "Essai", "nature": "essai", "is_official": False}
    )
    territory, _ = Territory.objects.get_or_create(
        code="essai", defaults={"name": "Essai", "group_name": "Essai", "source": source}
    )
    owner, _ = Establishment.objects.get_or_create(
        code=establishment,
        defaults={
            "territory": territory,
            "rank": 1,
            "name": f"Hôpital {establishment}",
            "short_name": establishment,
            "kind": "essai",
            "role": role,
            "city": "Marseille",
            "finess": str(next(_finess)),
            "finess_is_fictitious": True,
            "source": source,
        },
    )
    SendingFacility.objects.get_or_create(code=code, defaults={"establishment": owner})


class Recorder:
    """A handler that remembers the control ids it was given, and fails as told."""

    def __init__(self, name="recorder"):
        self.name = name
        self.seen = []
        self.failures = {}

    def __call__(self, inbound):
        control_id = inbound.message.control_id
        if control_id in self.failures:
            raise self.failures[control_id]
        self.seen.append(control_id)

    def __enter__(self):
        register_handler(self, order=5, name=self.name)
        return self

    def __exit__(self, *error):
        remove_handler(self.name)


def code_of(acknowledgement):
    return acknowledgement.split(b"MSA|")[1][:2].decode()
