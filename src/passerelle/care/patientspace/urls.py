from django.urls import path

from passerelle.care.patientspace.views import choices, circle, desk, doors, journal, pages, people, pieces

app_name = "patientspace"

urlpatterns = [
    path("", pages.home, name="home"),
    path("invitation/", doors.invited, name="invited"),
    path("invitation/<slug:code>/", doors.invited, name="invited_by"),
    path("activer/", doors.activate, name="activate"),
    path("accueil/<uuid:person_id>/", desk.desk, name="desk"),
    path("accueil/<uuid:person_id>/annuler/", desk.cancel_invitation, name="cancel_invitation"),
    path("sejours/", pages.stays, name="stays"),
    path("sejours/<uuid:stay_id>/", pages.stay, name="stay"),
    path("documents/", pages.documents, name="documents"),
    path("documents/<uuid:document_id>/", pages.document, name="document"),
    path("documents/<uuid:document_id>/masquer/", pieces.mask, name="mask"),
    path("documents/<uuid:document_id>/montrer/", pieces.unmask, name="unmask"),
    path("consultations/", journal.accesses, name="accesses"),
    path("consultations/vu/", journal.acknowledge, name="acknowledge"),
    path("consultations/question/", journal.ask, name="ask"),
    path("consultations/questions/", journal.questions, name="questions"),
    path("choix/", choices.choices, name="choices"),
    path("choix/historique/", choices.history, name="choice_history"),
    path("choix/recu/<uuid:choice_id>/", choices.receipt, name="receipt"),
    path("choix/retirer/<uuid:choice_id>/", choices.end_choice, name="end_choice"),
    path("choix/equipe/", circle.find_member, name="find_member"),
    path("choix/equipe/<slug:ref>/", circle.add_member, name="add_member"),
    path("choix/opposition/", circle.find_refused, name="find_refused"),
    path("choix/opposition/<slug:ref>/", circle.oppose, name="oppose"),
    path("choix/opposition-generale/<slug:scope>/", circle.oppose_widely, name="oppose_widely"),
    path("choix/personne-de-confiance/", people.trusted, name="trusted"),
    path("choix/proches/", people.relatives, name="relatives"),
    path("choix/secret/<slug:item>/<uuid:item_id>/", pieces.keep_secret, name="keep_secret"),
    path("choix/secret/<uuid:item_id>/lever/", pieces.tell_again, name="tell_again"),
    path("espace/<uuid:person_id>/", people.enter_space, name="enter_space"),
    path("espace/mien/", people.leave_space, name="leave_space"),
]
