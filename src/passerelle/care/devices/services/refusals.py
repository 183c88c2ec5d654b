"""What may be refused; the docstring of each is what a person reads."""

from passerelle.core.access.api import AccessRefused

__all__ = [
    "AccessRefused",
    "AlreadyClosed",
    "AlreadyMonitored",
    "CodeUnknown",
    "DeviceElsewhere",
    "DeviceNotReady",
    "NotHeldThen",
    "NotMonitored",
    "NothingSaid",
    "SerialKnown",
]


class DevicesRefusal(Exception):
    """Cet acte n’est pas possible."""


class SerialKnown(DevicesRefusal):
    """Un appareil de ce modèle porte déjà ce numéro de série."""


class DeviceNotReady(DevicesRefusal):
    """Cet appareil n’est pas prêt à être remis : il est chez quelqu’un, à nettoyer, perdu ou réformé."""


class DeviceElsewhere(DevicesRefusal):
    """Cet acte ne convient pas à l’état de l’appareil : quelqu’un l’a peut-être changé entre-temps."""


class AlreadyMonitored(DevicesRefusal):
    """Cette personne est déjà suivie à distance par votre établissement."""


class NotMonitored(DevicesRefusal):
    """Cette personne n’est pas suivie à distance par votre établissement."""


class AlreadyClosed(DevicesRefusal):
    """Cette alerte est déjà close."""


class NothingSaid(DevicesRefusal):
    """Dites ce qui a été fait : une alerte ne se ferme pas sans un acte."""


class NotHeldThen(DevicesRefusal):
    """Cette personne n’avait pas l’appareil à ce moment."""


class CodeUnknown(DevicesRefusal):
    """Ce code n’est pas reconnu, ou il n’est plus valable. Demandez-en un nouveau à votre proche."""
