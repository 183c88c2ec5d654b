from django.urls import path

from passerelle.care.identity.views.datamatrix import read
from passerelle.care.identity.views.desk import check_evidence, label, take_ins_away, undo_evidence
from passerelle.care.identity.views.finding import person, search
from passerelle.care.identity.views.teleservice import ask, board, call

app_name = "identity"

urlpatterns = [
    path("", search, name="search"),
    path("personnes/<uuid:person_id>/", person, name="person"),
    path("datamatrix/", read, name="datamatrix"),
    path("insi/", board, name="insi"),
    path("insi/appels/<uuid:call_id>/", call, name="insi-call"),
    path("dossiers/<uuid:local_identity_id>/insi/", ask, name="ask-insi"),
    path("dossiers/<uuid:local_identity_id>/piece/", check_evidence, name="check-evidence"),
    path(
        "dossiers/<uuid:local_identity_id>/pieces/<int:evidence_id>/retirer/", undo_evidence, name="withdraw-evidence"
    ),
    path("dossiers/<uuid:local_identity_id>/ins/retirer/", take_ins_away, name="withdraw-ins"),
    path("dossiers/<uuid:local_identity_id>/etiquette/", label, name="label"),
]
