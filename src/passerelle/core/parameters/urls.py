from django.urls import path

from passerelle.core.parameters import views

app_name = "parameters"

urlpatterns = [
    path("", views.in_force, name="list"),
]
