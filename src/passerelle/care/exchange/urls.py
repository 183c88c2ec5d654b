from django.urls import path

from passerelle.care.exchange import views

app_name = "exchange"

urlpatterns = [
    path("", views.messages, name="messages"),
    path("compteurs/", views.counters, name="counters"),
    path("<uuid:message_id>/", views.message, name="message"),
    path("<uuid:message_id>/octets/", views.raw, name="raw"),
    path("<uuid:message_id>/relancer/", views.replay_message, name="replay"),
    path("<uuid:message_id>/ecarter/", views.set_message_aside, name="set_aside"),
]
