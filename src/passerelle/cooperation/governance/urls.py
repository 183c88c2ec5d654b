from django.urls import path

from passerelle.cooperation.governance.views import ballots, bodies, decisions, sessions

app_name = "governance"

urlpatterns = [
    path("", bodies.body_list, name="bodies"),
    path("seances/", sessions.session_list, name="sessions"),
    path("seances/<uuid:session_id>/", sessions.session, name="session"),
    path("seances/<uuid:session_id>/compte-rendu/", sessions.minutes, name="minutes"),
    path("points/<uuid:item_id>/", ballots.item, name="item"),
    path("points/<uuid:item_id>/voter/", ballots.vote, name="vote"),
    path("points/<uuid:item_id>/ouvrir-le-vote/", ballots.open_ballot, name="open_vote"),
    path("points/<uuid:item_id>/clore-le-vote/", ballots.close_ballot, name="close_vote"),
    path("decisions/", decisions.register, name="decisions"),
    path("decisions/<slug:number>/", decisions.decision, name="decision"),
    path("<slug:code>/", bodies.body, name="body"),
]
