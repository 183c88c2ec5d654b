from django.urls import path

from passerelle.care.patientspace import views

app_name = "patientspace"

urlpatterns = [
    path("", views.home, name="home"),
    path("sejours/", views.stays, name="stays"),
    path("sejours/<uuid:stay_id>/", views.stay, name="stay"),
    path("documents/", views.documents, name="documents"),
    path("documents/<uuid:document_id>/", views.document, name="document"),
    path("consultations/", views.accesses, name="accesses"),
]
