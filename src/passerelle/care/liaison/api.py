"""The door of the link with town."""

from passerelle.care.liaison.services.fetching import fetch_mailboxes
from passerelle.care.liaison.services.following import follow
from passerelle.care.liaison.services.mails import take_mail

__all__ = ["fetch_mailboxes", "follow", "take_mail"]
