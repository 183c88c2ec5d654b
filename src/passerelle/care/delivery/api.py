"""The door of delivery: what other packages and the command line may import."""

from passerelle.care.delivery.mail.notices import NotANotice
from passerelle.care.delivery.mail.opening import OpenedMail, UnreadableMail
from passerelle.care.delivery.rules.criteria import read_criteria
from passerelle.care.delivery.rules.guarding import AddressRefused, host_and_port
from passerelle.care.delivery.selectors.mailed import MailFollowed, follow_mails
from passerelle.care.delivery.selectors.trouble import troubles
from passerelle.care.delivery.sending.process import Sender
from passerelle.care.delivery.services.announcing import (
    Change,
    announce_appointment,
    announce_ins_change,
    announce_merge,
    announce_unmerge,
    announce_update,
)
from passerelle.care.delivery.services.fetching import MailboxClosed, MailboxRow, fetch_mails, mailboxes, open_mail
from passerelle.care.delivery.services.handing import Mailed, mail_documents_of
from passerelle.care.delivery.services.noticing import UnknownMail, receive_notice
from passerelle.care.delivery.services.publishing import publish
from passerelle.care.delivery.services.resources import has_followers, publish_resource

__all__ = [
    "AddressRefused",
    "Change",
    "MailFollowed",
    "MailboxClosed",
    "MailboxRow",
    "Mailed",
    "NotANotice",
    "OpenedMail",
    "Sender",
    "UnknownMail",
    "UnreadableMail",
    "announce_appointment",
    "announce_ins_change",
    "announce_merge",
    "announce_unmerge",
    "announce_update",
    "fetch_mails",
    "follow_mails",
    "has_followers",
    "host_and_port",
    "mail_documents_of",
    "mailboxes",
    "open_mail",
    "publish",
    "publish_resource",
    "read_criteria",
    "receive_notice",
    "troubles",
]
