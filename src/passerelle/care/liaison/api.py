"""The door of the link with town."""

from passerelle.care.liaison.rules.content import Answer, Change, Content, Treatment
from passerelle.care.liaison.rules.referrals import ReferralState, Urgency
from passerelle.care.liaison.selectors.worklist import ToWrite, letters_to_write
from passerelle.care.liaison.services.correspondents import set_correspondence
from passerelle.care.liaison.services.fetching import fetch_mailboxes
from passerelle.care.liaison.services.following import follow
from passerelle.care.liaison.services.letters import save_draft, sign_letter
from passerelle.care.liaison.services.mails import take_mail
from passerelle.care.liaison.services.referrals import Asked, Told, ask_referral, move_referral

__all__ = [
    "Answer",
    "Asked",
    "Change",
    "Content",
    "ReferralState",
    "ToWrite",
    "Told",
    "Treatment",
    "Urgency",
    "ask_referral",
    "fetch_mailboxes",
    "follow",
    "letters_to_write",
    "move_referral",
    "save_draft",
    "set_correspondence",
    "sign_letter",
    "take_mail",
]
