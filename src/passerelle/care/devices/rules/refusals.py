"""Why a measure is not taken as it came: where in the message, and why, for the person who will look."""

from typing import Final


class NotAMeasure(ValueError):
    """A measure that cannot be taken; it is kept for a person. `where` is a place in the message."""

    def __init__(self, code: str, where: str, why: str) -> None:
        super().__init__(f"{where}\u00a0: {why}")
        self.where, self.why, self.code = where, why.replace("\x00", "\N{REPLACEMENT CHARACTER}"), code


UNREADABLE: Final = "unreadable"
UNKNOWN_DEVICE: Final = "unknown-device"
WRONG_KIND: Final = "wrong-kind"
UNIT: Final = "unit"
IMPOSSIBLE: Final = "impossible"
CLOCK: Final = "clock"
NOBODY: Final = "nobody"
DOUBTFUL: Final = "doubtful"
TOO_OLD: Final = "too-old"
CONFLICT: Final = "conflict"
OTHER_PERSON: Final = "other-person"
#: What a code means, for a list.
LABELS: Final = {
    UNREADABLE: "Message illisible",
    UNKNOWN_DEVICE: "Appareil inconnu",
    WRONG_KIND: "Mesure d’un autre genre",
    UNIT: "Unité",
    IMPOSSIBLE: "Valeur impossible",
    CLOCK: "Horloge de l’appareil",
    NOBODY: "Appareil chez personne",
    DOUBTFUL: "Personne incertaine",
    TOO_OLD: "Mesure trop ancienne",
    CONFLICT: "Deux valeurs au même moment",
    OTHER_PERSON: "Une autre personne",
}
