from django.urls import path

from passerelle.core.oauth.views import federation

app_name = "oauth"

urlpatterns = [
    path("connexion/psc/", federation.start, name="psc"),
    path("connexion/psc/retour/", federation.back, name="psc_back"),
    path("connexion/psc/exercice/", federation.choose_practice, name="psc_practice"),
    path("connexion/fin/", federation.farewell, name="farewell"),
    path("compte/prouver/psc/", federation.prove_again, name="psc_prove"),
]
