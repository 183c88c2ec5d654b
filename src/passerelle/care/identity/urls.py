from django.urls import path

from passerelle.care.identity.views import person, search

app_name = "identity"

urlpatterns = [
    path("", search, name="search"),
    path("personnes/<uuid:person_id>/", person, name="person"),
]
