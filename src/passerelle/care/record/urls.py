from django.urls import path

from passerelle.care.record.views.documents import document, document_file
from passerelle.care.record.views.emergency import emergency
from passerelle.care.record.views.find import patients
from passerelle.care.record.views.results import results
from passerelle.care.record.views.timeline import summary, timeline

app_name = "record"

urlpatterns = [
    path("patients/", patients, name="patients"),
    path("patients/<uuid:person_id>/", timeline, name="timeline"),
    path("patients/<uuid:person_id>/resultats/", results, name="results"),
    path("patients/<uuid:person_id>/resume/", summary, name="summary"),
    path("patients/<uuid:person_id>/urgence/", emergency, name="emergency"),
    path("documents/<uuid:document_id>/", document, name="document"),
    path("documents/<uuid:document_id>/fichier", document_file, name="document_file"),
]
