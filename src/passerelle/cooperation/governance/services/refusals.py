"""What the bodies may refuse. The docstring of a refusal is the message that people read."""

import inspect


class Refusal(Exception):
    """Cette action n’est pas possible."""

    def __str__(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "")


class AlreadyVoted(Refusal):
    """Votre établissement a déjà voté sur ce point : un établissement, une voix."""


class NotAVoter(Refusal):
    """Vous n’avez pas de mandat pour voter au nom de cet établissement dans cette instance."""


class BallotClosed(Refusal):
    """Ce scrutin est clos."""


class BallotAlreadyOpen(Refusal):
    """Un scrutin a déjà été ouvert sur ce point."""


class QuorumNotReached(Refusal):
    """Le quorum n’est pas atteint : le scrutin ne peut pas être clos."""


class SessionNotOpen(Refusal):
    """La séance n’est pas ouverte."""


class BallotStillOpen(Refusal):
    """Un scrutin de cette séance est encore ouvert."""


class NoVoteRule(Refusal):
    """Aucune règle de vote n’est en vigueur pour cette instance : elle ne décide pas par un scrutin."""
