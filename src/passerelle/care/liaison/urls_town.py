from django.urls import path

from passerelle.care.liaison.views import town, town_referrals, town_sending

app_name = "ville"

urlpatterns = [
    path("", town.patients, name="patients"),
    path("reglages/", town.settings, name="settings"),
    path("patients/<uuid:person_id>/", town.patient, name="patient"),
    path("patients/<uuid:person_id>/compte-rendu/", town_sending.report, name="report"),
    path("patients/<uuid:person_id>/adresser/", town_referrals.ask, name="ask"),
    path("patients/<uuid:person_id>/<slug:sort>/", town_sending.tell, name="tell"),
    path("patients/<uuid:person_id>/<slug:sort>/<uuid:resource_id>/", town_sending.tell, name="amend"),
    path("patients/<uuid:person_id>/<slug:sort>/<uuid:resource_id>/retirer/", town_sending.take_back, name="withdraw"),
    path("adressages/", town_referrals.referrals, name="referrals"),
    path("adressages/<uuid:referral_id>/", town_referrals.referral, name="referral"),
]
