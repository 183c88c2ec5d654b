"""Why something is not written."""


class NotSent(Exception):
    """Votre message n’est pas parti."""


class TeamDoesNotKnow(NotSent):
    """Cette équipe ne vous connaît pas. Choisissez-en une autre, ou appelez l’accueil."""


class ThreadClosed(NotSent):
    """Cet échange est clos. Rouvrez-le pour écrire de nouveau."""


class NotRead(NotSent):
    """Un message est arrivé entre-temps. Relisez l’échange ci-dessous, puis répondez."""


class TakenBySomeone(NotSent):
    """Un autre membre de l’équipe a déjà pris cet échange. Reprenez-le s’il n’est plus là."""
