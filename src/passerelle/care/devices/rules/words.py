"""The closed sets of remote monitoring, with their French labels."""

from passerelle.core.ui.api import Labelled


class Rule(Labelled):
    """What a threshold looks for; SILENT is of the device itself."""

    ABOVE = "above", "au-dessus de"
    BELOW = "below", "en dessous de"
    RISE = "rise", "hausse de plus de"
    DROP = "drop", "baisse de plus de"
    MISSING = "missing", "aucune mesure depuis"
    SILENT = "silent", "appareil silencieux"


class Severity(Labelled):
    """How fast somebody must look."""

    URGENT = "urgent", "Urgent"
    SOON = "soon", "Dans la journée"
    WATCH = "watch", "À regarder"

    @property
    def rank(self) -> int:
        """Return 1 for the most severe."""
        return list(Severity).index(self) + 1

    @property
    def status(self) -> str:
        """Return how the shell shows it."""
        return {"urgent": "danger", "soon": "attention"}.get(self.value, "info")


class DeviceState(Labelled):
    """Where a device is in its life."""

    AVAILABLE = "available", "Prêt à remettre"
    PAIRED = "paired", "Chez un patient"
    TO_CLEAN = "to_clean", "Rendu, à nettoyer"
    LOST = "lost", "Perdu"
    RETIRED = "retired", "Réformé"

    @property
    def status(self) -> str:
        """Return how the shell shows it."""
        return {"available": "done", "paired": "info", "to_clean": "attention", "lost": "danger"}.get(
            self.value, "neutral"
        )


class Handling(Labelled):
    """What somebody did with a device."""

    REGISTERED = "registered", "Enregistré"
    PAIRED = "paired", "Remis"
    RETURNED = "returned", "Rendu"
    CLEANED = "cleaned", "Nettoyé, mémoire vidée, heure réglée"
    LOST = "lost", "Déclaré perdu"
    FOUND = "found", "Retrouvé"
    RETIRED = "retired", "Réformé"
    CREDENTIAL = "credential", "Secret de connexion renouvelé"


class Origin(Labelled):
    """How a measure came."""

    DEVICE = "device", "envoyée par l’appareil"
    APPLICATION = "application", "envoyée par une application"
    ENTERED = "entered", "saisie à la main"


class Closing(Labelled):
    """What was done, by which an alert is closed."""

    CALLED = "called", "Patient appelé"
    ADVISED = "advised", "Conseil donné, surveillance renforcée"
    TREATMENT = "treatment", "Traitement changé"
    VISIT = "visit", "Consultation ou visite organisée"
    EMERGENCY = "emergency", "Urgence organisée (15, service d’urgence)"
    DEVICE = "device", "Appareil vérifié, remplacé ou rendu"
    MEASURE = "measure", "Mesure jugée fausse après vérification"
    THRESHOLD = "threshold", "Seuil changé"


class Step(Labelled):
    """What happened to an alert."""

    OPENED = "opened", "Ouverte"
    WORSENED = "worsened", "Aggravée"
    TAKEN = "taken", "Prise en charge"
    HANDED = "handed", "Reprise par une autre personne"
    SECOND_LINE = "second_line", "Deuxième ligne prévenue"
    PILOT = "pilot", "Pilote de la filière prévenu"
    CLOSED = "closed", "Close"


class Line(Labelled):
    """Who is told, in turn."""

    FIRST = "first", "Première ligne"
    SECOND = "second", "Deuxième ligne"
    PILOT = "pilot", "Pilote de la filière"


class Settled(Labelled):
    """What a person decided of a measure that waited."""

    DISCARDED = "discarded", "Écartée"
    KEPT = "kept", "Acceptée"
