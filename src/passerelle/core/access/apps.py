from django.apps import AppConfig

from passerelle.core.access.vocabulary import Act, Kind, Role
from passerelle.core.ui.api import NavEntry, Space, register_navigation


class AccessConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.access"
    label = "access"

    def ready(self) -> None:
        """Lend the words of the roles to the journal, and open the pages of those who control."""
        from passerelle.core.audit.api import register_role_labels  # noqa: PLC0415 - its models exist from here on

        register_role_labels({role.value: role.label for role in Role})
        for entry in _ENTRIES:
            register_navigation(Space.STEERING, entry)


_ENTRIES = (
    NavEntry(
        label="Journal des accès",
        url_name="audit:journal",
        icon="journal",
        kind=Kind.AUDIT,
        action=Act.SEARCH,
        order=85,
        summary="Qui a fait quoi, quand, et si le journal est intact.",
    ),
    NavEntry(
        label="Matrice des accès",
        url_name="access:matrix",
        icon="access",
        kind=Kind.ACCESS,
        action=Act.READ,
        order=86,
        summary="Qui peut voir et faire quoi, avec la raison et la source.",
    ),
)
