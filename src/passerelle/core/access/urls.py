from django.urls import path

from passerelle.core.access.views import matrix, sign_in

app_name = "access"

urlpatterns = [
    path("connexion/personnage/<slug:code>/", sign_in.assume_persona, name="persona"),
    path("compte/second-facteur/", sign_in.second_factor, name="second_factor"),
    path("acces/matrice/", matrix.matrix, name="matrix"),
]
