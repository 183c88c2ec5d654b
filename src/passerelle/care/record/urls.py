from django.urls import path

from passerelle.care.record.views.documents import document, document_file, documents
from passerelle.care.record.views.emergency import emergency
from passerelle.care.record.views.find import patients
from passerelle.care.record.views.known import known
from passerelle.care.record.views.results import results
from passerelle.care.record.views.secrets import note_secret
from passerelle.care.record.views.subscriptions import approve, stop, subscriptions
from passerelle.care.record.views.summary import summary
from passerelle.care.record.views.timeline import read_all, timeline

app_name = "record"

urlpatterns = [
    path("patients/", patients, name="patients"),
    path("patients/<uuid:person_id>/", timeline, name="timeline"),
    path("patients/<uuid:person_id>/resultats/", results, name="results"),
    path("patients/<uuid:person_id>/resume/", summary, name="summary"),
    path("patients/<uuid:person_id>/lu/", read_all, name="read_all"),
    path("patients/<uuid:person_id>/documents/", documents, name="documents"),
    path("patients/<uuid:person_id>/dossier/<slug:theme>/", known, name="known"),
    path("patients/<uuid:person_id>/urgence/", emergency, name="emergency"),
    path("patients/<uuid:person_id>/secret/<slug:item>/<uuid:item_id>/", note_secret, name="note_secret"),
    path("documents/<uuid:document_id>/", document, name="document"),
    path("documents/<uuid:document_id>/fichier", document_file, name="document_file"),
    path("abonnements/", subscriptions, name="subscriptions"),
    path("abonnements/<uuid:subscription_id>/approuver", approve, name="approve_subscription"),
    path("abonnements/<uuid:subscription_id>/arreter", stop, name="stop_subscription"),
]
