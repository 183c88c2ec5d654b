from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation

_APPLICATIONS = NavEntry(
    label="Applications",
    url_name="oauth:applications",
    icon="exchange",
    kind=Kind.ACCOUNT,
    action=Act.SEARCH,
    order=88,
    summary="Ce qui lit ou écrit par l’interface FHIR\u00a0: déclarer, approuver, couper.",
)
_MINE = NavEntry(
    label="Applications autorisées",
    url_name="oauth:mine",
    icon="exchange",
    kind=Kind.ACCOUNT,
    action=Act.UPDATE,
    order=60,
    summary="Les applications qui lisent en votre nom, et comment les arrêter.",
)


def register() -> None:
    register_navigation(Space.STEERING, _APPLICATIONS)
    register_navigation(Space.PATIENT, _MINE)
