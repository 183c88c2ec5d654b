from django.urls import path

from passerelle.core.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.journal, name="journal"),
    path("export.csv", views.export, name="export"),
    path("verification/", views.verification, name="verification"),
]
