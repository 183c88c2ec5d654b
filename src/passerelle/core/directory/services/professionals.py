"""Professionals whom no territory file lists: those a national register has vouched for."""

from django.db import transaction

from passerelle.core.directory.models import Professional, Source

#: The sources of such rows, which a territory file has nothing to say of.
REGISTERS = frozenset({"pro-sante-connect", "pro-sante-connect-simule"})

_NATIONAL = ("pro-sante-connect", "Pro Santé Connect (répertoire RPPS)", "annuaire national")
_SIMULATED = ("pro-sante-connect-simule", "Pro Santé Connect simulé", "simulé")


@transaction.atomic
def enrol_professional(*, rpps: str, family_name: str, given_name: str, profession: str, is_simulated: bool) -> bool:
    """Write down a professional whom Pro Santé Connect vouches for and nobody knew yet; tell whether it was done.

    Whoever is known already stays as their hospital, or the file, says.
    """
    code, title, nature = _SIMULATED if is_simulated else _NATIONAL
    origin, _ = Source.objects.get_or_create(
        code=code, defaults={"title": title, "nature": nature, "is_official": not is_simulated}
    )
    _, is_new = Professional.objects.get_or_create(
        rpps=rpps,
        defaults={
            "rpps_is_fictitious": rpps.startswith("9"),
            "family_name": family_name[:80],
            "given_name": given_name[:80],
            "profession": profession[:60],
            "source": origin,
        },
    )
    return is_new
