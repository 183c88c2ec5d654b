from django.urls import include, path

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind

urlpatterns = [
    path(
        "",
        include(
            access.guarded(
                "passerelle.core.ui.urls",
                access.PUBLIC,
                soins=access.SIGNED_IN,
                pilotage=access.SIGNED_IN,
                palette=access.SIGNED_IN,
            )
        ),
    ),
    path("health/", include("passerelle.config.health")),
    path("metrics", include("passerelle.care.exchange.metrics_urls")),
    path("", include("passerelle.core.access.urls")),
    path("", include("passerelle.core.access.signin_urls")),
    path("", include("passerelle.core.oauth.urls")),
    path("annuaire/", include(access.guarded("passerelle.core.directory.urls", access.rule(Kind.DIRECTORY, Act.READ)))),
    path(
        "parametres/", include(access.guarded("passerelle.core.parameters.urls", access.rule(Kind.PARAMETER, Act.READ)))
    ),
    path(
        "journal/",
        include(
            access.guarded(
                "passerelle.core.audit.urls",
                access.rule(Kind.AUDIT, Act.SEARCH),
                export=access.rule(Kind.AUDIT, Act.EXPORT),
                verification=access.rule(Kind.AUDIT, Act.VERIFY),
            )
        ),
    ),
    path("echanges/canaux/", include("passerelle.care.channels.urls")),
    path("echanges/envois/", include("passerelle.care.delivery.urls")),
    path("echanges/", include("passerelle.care.exchange.urls")),
    path("identitovigilance/", include("passerelle.care.identitovigilance.urls")),
    path("identites/", include("passerelle.care.identity.urls")),
    path("fhir", include("passerelle.care.record.fhir.base_urls")),
    path("fhir/", include("passerelle.care.record.fhir.urls")),
    path("", include("passerelle.care.record.urls")),
    path("soins/liaison/", include("passerelle.care.liaison.urls_hospital")),
    path("ville/", include("passerelle.care.liaison.urls_town")),
    path("choix-des-patients/", include("passerelle.care.consent.urls")),
    path("rendez-vous/", include("passerelle.care.appointments.urls")),
    path("rappels/", include("passerelle.care.reminders.urls")),
    path("preadmissions/", include("passerelle.care.preadmission.urls")),
    path("questionnaires/", include("passerelle.care.forms.urls")),
    path("messages-des-patients/", include("passerelle.care.messaging.urls")),
    path("telesurveillance/", include("passerelle.care.devices.urls")),
    path("protocoles/", include("passerelle.care.carepaths.urls")),
    path("temps-rendu/", include("passerelle.care.savings.urls")),
    path("envois-aux-personnes/", include("passerelle.core.notify.urls")),
    path("fichiers/", include("passerelle.core.files.urls")),
    path("mon-espace/", include("passerelle.care.patientspace.urls")),
    path("entrepot/", include("passerelle.evidence.warehouse.urls")),
    path("indicateurs/", include("passerelle.evidence.indicators.urls")),
    path("projets/", include("passerelle.cooperation.projects.urls")),
    path("instances/", include("passerelle.cooperation.governance.urls")),
]

handler500 = "passerelle.config.faults.failed"
