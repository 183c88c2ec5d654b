from django.urls import path

from passerelle.care.devices.views import alerts, fleet, patient, people

app_name = "devices"

urlpatterns = [
    path("mes-mesures/", patient.mine, name="mine"),
    path("mes-mesures/feuille/", patient.sheet, name="sheet"),
    path("mes-mesures/partage/", patient.sharing, name="sharing"),
    path("mes-mesures/partage/<uuid:share_id>/arreter/", patient.stop_sharing, name="stop_sharing"),
    path("mes-mesures/proches/", patient.close_ones, name="close_ones"),
    path("mes-mesures/proches/<uuid:person_id>/", patient.close_one, name="close_one"),
    path("mes-mesures/<slug:kind>/", patient.mine_kind, name="mine_kind"),
    path("mes-mesures/<slug:kind>/noter/", patient.enter, name="enter"),
    path("", alerts.alerts, name="alerts"),
    path("alertes/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alertes/<uuid:alert_id>/prendre/", alerts.take, name="take"),
    path("qui-est-prevenu/", alerts.recipients, name="recipients"),
    path("qui-est-prevenu/<int:recipient_id>/retirer/", alerts.unsubscribe, name="unsubscribe"),
    path("personnes/", people.people, name="monitored"),
    path("personnes/<uuid:person_id>/", people.person, name="person"),
    path("personnes/<uuid:person_id>/feuille/", people.person_sheet, name="person_sheet"),
    path("personnes/<uuid:person_id>/suivre/", people.begin, name="begin"),
    path("personnes/<uuid:person_id>/arreter/", people.end, name="end"),
    path("personnes/<uuid:person_id>/seuils/", people.threshold, name="threshold"),
    path("personnes/<uuid:person_id>/seuils/<int:threshold_id>/retirer/", people.lift, name="lift"),
    path("personnes/<uuid:person_id>/mesures/<uuid:measure_id>/fausse/", people.void, name="void"),
    path("appareils/", fleet.devices, name="fleet"),
    path("appareils/nouveau/", fleet.register, name="register"),
    path("appareils/remettre/", fleet.lend, name="lend"),
    path("appareils/<uuid:device_id>/", fleet.device, name="device"),
    path("appareils/<uuid:device_id>/lieu/", fleet.put_away, name="put_away"),
    path("appareils/<uuid:device_id>/secret/", fleet.renew, name="renew"),
    path("appareils/<uuid:device_id>/<slug:what>/", fleet.act, name="act"),
    path("a-verifier/", fleet.held, name="held"),
    path("a-verifier/<uuid:held_id>/", fleet.held_one, name="held_one"),
]
