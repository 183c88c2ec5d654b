from django.urls import include, path

urlpatterns = [
    path("", include("passerelle.core.ui.urls")),
    path("", include("passerelle.core.access.urls")),
    path("annuaire/", include("passerelle.core.directory.urls")),
    path("parametres/", include("passerelle.core.parameters.urls")),
    path("journal/", include("passerelle.core.audit.urls")),
    path("echanges/", include("passerelle.care.exchange.urls")),
    path("identites/", include("passerelle.care.identity.urls")),
    path("", include("passerelle.care.record.urls")),
    path("mon-espace/", include("passerelle.care.patientspace.urls")),
    path("entrepot/", include("passerelle.evidence.warehouse.urls")),
    path("indicateurs/", include("passerelle.evidence.indicators.urls")),
    path("projets/", include("passerelle.cooperation.projects.urls")),
    path("instances/", include("passerelle.cooperation.governance.urls")),
]
