from django.urls import path

from passerelle.care.reminders.views import choice, link, missed, staff

app_name = "reminders"
urlpatterns = [
    path("", staff.tomorrow, name="tomorrow"),
    path("regles/", staff.rules, name="rules"),
    path("courriers/", staff.letters, name="letters"),
    path("courriers/<slug:establishment>/preparer/", staff.make_batch, name="make_batch"),
    path("courriers/<uuid:batch_id>/", staff.batch, name="batch"),
    path("courriers/<uuid:batch_id>/poste/", staff.posted, name="posted"),
    path("rendez-vous/<uuid:appointment_id>/", staff.trace, name="trace"),
    path("manques/", missed.missed, name="missed"),
    path("mes-rappels/", choice.choice, name="choice"),
    path("r/<str:token>/", link.first, name="link"),
    path("r/<str:token>/rendez-vous/", link.visit, name="visit"),
    path("r/<str:token>/confirmer/", link.confirm, name="confirm"),
    path("r/<str:token>/annuler/", link.cancel, name="cancel"),
    path("r/<str:token>/deplacer/", link.move, name="move"),
]
