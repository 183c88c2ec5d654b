"""What is refused about appointments; the docstring is what people read."""

from passerelle.care.appointments.selectors.rows import AppointmentRow, SlotRow


class SlotTaken(Exception):
    """Cette place vient d’être prise. Voici les places libres les plus proches."""

    def __init__(self, nearest: tuple[SlotRow, ...] = ()) -> None:
        self.nearest = nearest
        super().__init__(self.__doc__)


class NotOpen(SlotTaken):
    """L’agenda n’est pas ouvert à ce moment. Voici les places libres les plus proches."""


class NotBookable(Exception):
    """Ce rendez-vous ne se prend pas par cette voie. Appelez le secrétariat."""


class TooSoon(Exception):
    """Ce créneau est trop proche. Appelez le secrétariat."""


class TooFar(Exception):
    """Ce créneau est trop lointain : les agendas ne sont pas encore ouverts."""


class AlreadyBooked(Exception):
    """Un rendez-vous de même nature est déjà pris dans cet hôpital. Vous pouvez le déplacer."""

    def __init__(self, existing: AppointmentRow) -> None:
        self.existing = existing
        super().__init__(self.__doc__)


class TooLate(Exception):
    """Il est trop tard pour changer ce rendez-vous en ligne. Appelez le secrétariat."""


class NotExpected(Exception):
    """Ce rendez-vous n’attend plus personne : il est annulé ou passé."""


class KeptElsewhere(Exception):
    """Ce rendez-vous est tenu par une autre application de l’hôpital. Appelez le secrétariat pour le déplacer."""


class NotToday(Exception):
    """Une arrivée se note le jour même, une absence après l’heure du rendez-vous."""


class AlreadyWaiting(Exception):
    """Vous êtes déjà inscrit sur cette liste d’attente."""


class OfferClosed(Exception):
    """Cette proposition n’est plus valable. Votre rendez-vous n’a pas changé."""
