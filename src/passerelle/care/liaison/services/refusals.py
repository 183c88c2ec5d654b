"""What may be refused, in the words people read."""

from passerelle.care.liaison.rules.content import Missing


class LetterIncomplete(Exception):
    """La lettre ne dit pas encore tout ce que la loi demande."""

    def __init__(self, lacks: tuple[Missing, ...]) -> None:
        super().__init__(self.__doc__)
        self.lacks = lacks


class AlreadySigned(Exception):
    """Cette lettre est signée\u00a0: elle ne change plus. Écrivez une nouvelle version."""


class ChangedMeanwhile(Exception):
    """Quelqu’un d’autre a enregistré cette lettre entre-temps. Rien n’est écrasé\u00a0: relisez-la, puis reprenez."""


class NothingToCorrect(Exception):
    """Aucune lettre signée n’est à corriger pour ce séjour."""


class NoMailbox(Exception):
    """Aucune boîte de messagerie sécurisée n’est connue pour ce médecin, ou votre établissement n’en a pas."""


class StepRefused(Exception):
    """Cette étape n’est pas possible."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AlreadySettled(Exception):
    """Ce courriel est déjà réglé."""
