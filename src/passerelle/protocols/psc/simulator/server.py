"""A simulated Pro Santé Connect, on this machine only. It is not the national one, and each of its pages says so."""

from collections.abc import Callable, Sequence
from typing import Any

from passerelle.protocols.oidc import simulator as shared
from passerelle.protocols.psc.simulator.people import Holder, published_holders, user_information

REALM = "/auth/realms/esante-wallet"
_PROTOCOL = "/protocol/openid-connect"


def _user(holder: Holder, subject: str, scope: str) -> dict[str, Any]:
    del scope
    return user_information(holder, subject)


class Simulator(shared.Simulator):
    """The provider of professionals, in the manner of a Keycloak realm."""

    REALM = REALM
    SHAPE = shared.Shape(
        issuer_path=REALM,
        authorize=_PROTOCOL + "/auth",
        token=_PROTOCOL + "/token",
        user=_PROTOCOL + "/userinfo",
        keys=_PROTOCOL + "/certs",
        logout=_PROTOCOL + "/logout",
        scopes=("openid", "scope_all"),
        needed="scope_all",
        acr_values=("eidas1",),
        secret_by=("client_secret_basic", "client_secret_post"),
        simulates="Pro Sante Connect simule",
        words=shared.Words(
            banner="Ce n’est pas Pro Santé Connect\u00a0: rien n’est demandé à l’Agence du numérique en santé, et "
            "personne n’existe.",
            title="Choisir un professionnel fictif",
            invites="Choisissez un professionnel inventé\u00a0: aucune carte, aucun code.",
        ),
    )
    MANNER = shared.Manner(user=_user, subject=lambda holder: f"f:simulateur:{holder.subject}")

    def __init__(self, holders: Callable[[], Sequence[Holder]] = published_holders, **options: Any) -> None:
        super().__init__(holders, **options)
