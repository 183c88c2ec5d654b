from django.urls import path

from passerelle.care.exchange.doors import fhir
from passerelle.care.exchange.views import copies, dead_letters, home, messages, runs

app_name = "exchange"

urlpatterns = [
    path("", home.home, name="home"),
    path("compteurs/", home.counters, name="counters"),
    path("alertes/", home.alerts, name="alerts"),
    path("alertes/<uuid:alert_id>/", home.alert, name="alert"),
    path("alertes/<uuid:alert_id>/prendre/", home.take_alert, name="take_alert"),
    path("alertes/<uuid:alert_id>/fermer/", home.close_alert, name="close_alert"),
    path("echecs/", dead_letters.groups, name="dead_letters"),
    path("echecs/<str:token>/", dead_letters.group, name="dead_letter_group"),
    path("echecs/<str:token>/essayer/", dead_letters.rehearse_group, name="rehearse_group"),
    path("echecs/<str:token>/relancer/", dead_letters.replay_group, name="replay_group"),
    path("echecs/<str:token>/classer/", dead_letters.dismiss_group, name="dismiss_group"),
    path("relances/", runs.run_list, name="runs"),
    path("relances/nouvelle/", runs.new_run, name="new_run"),
    path("relances/<uuid:run_id>/", runs.run, name="run"),
    path("relances/<uuid:run_id>/avancement/", runs.run_progress, name="run_progress"),
    path("relances/<uuid:run_id>/accorder/", runs.approve, name="approve_run"),
    path("relances/<uuid:run_id>/arreter/", runs.stop, name="stop_run"),
    path("relances/<uuid:run_id>/reprendre/", runs.resume, name="resume_run"),
    path("entree/fhir/", fhir.post_resource, name="fhir_door"),
    path("entree/fhir/<slug:kind>", fhir.post_resource, name="fhir_door_of"),
    path("messages/", messages.messages, name="messages"),
    path("<uuid:message_id>/", messages.message, name="message"),
    path("<uuid:message_id>/octets/", messages.raw, name="raw"),
    path("<uuid:message_id>/copie/", copies.copy, name="copy"),
    path("<uuid:message_id>/relancer/", messages.replay_message, name="replay"),
    path("<uuid:message_id>/ecarter/", messages.set_message_aside, name="set_aside"),
]
