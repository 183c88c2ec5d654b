"""Why a file is refused: each reason in words that say what to do."""

from passerelle.core.ui.api import Labelled


class Why(Labelled):
    """The reason of a refusal, for the row that is kept and for the person."""

    EMPTY = "empty", "le fichier est vide"
    TOO_HEAVY = "too_heavy", "le fichier est trop lourd"
    STRANGER = "stranger", "ce genre de fichier n’est pas accepté"
    NOT_HERE = "not_here", "ce genre de fichier n’est pas accepté ici"
    BROKEN = (
        "broken",
        "le fichier est abîmé et ne s’ouvre pas\u202f; reprenez la photographie ou enregistrez-le de nouveau",
    )
    TOO_LARGE = "too_large", "l’image est trop grande\u00a0: 50 millions de points au plus"
    LOCKED = "locked", "le PDF est protégé par un mot de passe\u202f; enregistrez-le sans mot de passe"
    TOO_MANY_PAGES = "too_many_pages", "le PDF a trop de pages"
    ACTIVE = (
        "active",
        "le PDF contient un contenu actif qui ne peut pas être retiré\u202f; imprimez-le de nouveau en PDF",
    )


class FileRefused(Exception):
    """Ce fichier ne peut pas être gardé."""

    def __init__(self, reason: Why, why: str = "", *, where: str = "fichier") -> None:
        self.reason = reason
        self.where = where
        self.why = why or reason.label
        super().__init__(self.why[:1].upper() + self.why[1:] + ".")
