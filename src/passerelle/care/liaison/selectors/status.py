"""How states are told on pages."""

from passerelle.care.liaison.rules.referrals import ReferralState

_KINDS = {
    ReferralState.SENT: "attention",
    ReferralState.RECEIVED: "info",
    ReferralState.ACCEPTED: "info",
    ReferralState.BOOKED: "done",
    ReferralState.ANSWERED: "done",
    ReferralState.REFUSED: "danger",
    ReferralState.CANCELLED: "neutral",
}


def kind_of(state: ReferralState) -> str:
    """Return the kind of status that tells a state of referral."""
    return _KINDS[state]
