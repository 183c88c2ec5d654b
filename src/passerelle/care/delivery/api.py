"""The door of delivery: what other packages and the command line may import."""

from passerelle.care.delivery.sending.process import Sender
from passerelle.care.delivery.services.announcing import (
    Change,
    announce_ins_change,
    announce_merge,
    announce_unmerge,
    announce_update,
)
from passerelle.care.delivery.services.noticing import UnknownMail, receive_notice
from passerelle.care.delivery.services.publishing import publish
from passerelle.care.delivery.services.resources import has_followers, publish_resource

__all__ = [
    "Change",
    "Sender",
    "UnknownMail",
    "announce_ins_change",
    "announce_merge",
    "announce_unmerge",
    "announce_update",
    "has_followers",
    "publish",
    "publish_resource",
    "receive_notice",
]
