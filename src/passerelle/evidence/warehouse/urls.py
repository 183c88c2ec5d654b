from django.urls import path

from passerelle.evidence.warehouse import views

app_name = "warehouse"

urlpatterns = [
    path("", views.extract, name="extract"),
    path("nouvel-extrait/", views.refresh, name="refresh"),
]
