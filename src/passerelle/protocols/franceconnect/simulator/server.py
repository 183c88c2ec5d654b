"""A simulated FranceConnect, on this machine only. It is not the national one, and each of its pages says so."""

from collections.abc import Callable, Sequence
from typing import Any

from passerelle.protocols.franceconnect.claims import ACR, SCOPE
from passerelle.protocols.franceconnect.simulator.people import (
    Citizen,
    published_citizens,
    subject_of,
    user_information,
)
from passerelle.protocols.oidc import simulator as shared

ROOT = "/api/v2"


class Simulator(shared.Simulator):
    """The provider of citizens: addresses of version 2, ES256, user information signed, encrypted for a given key."""

    ROOT = ROOT
    SHAPE = shared.Shape(
        issuer_path=ROOT,
        authorize="/authorize",
        token="/token",  # noqa: S106 - the end of an address
        user="/userinfo",
        keys="/jwks",
        logout="/session/end",
        scopes=tuple(SCOPE.split()),
        needed="family_name",
        acr_values=ACR,
        secret_by=("client_secret_post",),
        simulates="FranceConnect simule",
        words=shared.Words(
            banner="Ce n’est pas FranceConnect\u00a0: rien n’est demandé à l’État, et personne n’existe.",
            title="Choisir une personne fictive",
            invites="Choisissez une personne inventée\u00a0: aucun mot de passe, aucun code.",
        ),
        logout_needs_state=True,
        published={"userinfo_signing_alg_values_supported": [shared.EC]},
    )
    MANNER = shared.Manner(user=user_information, subject=subject_of, algorithm=shared.EC, signs_user=True)

    def __init__(self, holders: Callable[[], Sequence[Citizen]] = published_citizens, **options: Any) -> None:
        super().__init__(holders, **options)
