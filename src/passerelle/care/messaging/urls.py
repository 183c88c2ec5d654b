from django.urls import path

from passerelle.care.messaging.views import mine, team

app_name = "messaging"

urlpatterns = [
    path("", team.worklist, name="worklist"),
    path("delais/", team.promises, name="promises"),
    path("modeles/", team.templates, name="templates"),
    path("echanges/<uuid:thread_id>/", team.thread, name="team_thread"),
    path("echanges/<uuid:thread_id>/prendre/", team.take, name="take"),
    path("echanges/<uuid:thread_id>/clore/", team.close, name="team_close"),
    path("echanges/<uuid:thread_id>/pieces/<uuid:file_id>/", team.piece, name="team_piece"),
    path("mes-messages/", mine.mine, name="mine"),
    path("mes-messages/ecrire/", mine.choose_team, name="choose_team"),
    path("mes-messages/ecrire/<uuid:team_id>/", mine.write_to, name="write_to"),
    path("mes-messages/<uuid:thread_id>/", mine.thread, name="thread"),
    path("mes-messages/<uuid:thread_id>/lu/", mine.seen, name="seen"),
    path("mes-messages/<uuid:thread_id>/clore/", mine.close, name="close"),
    path("mes-messages/<uuid:thread_id>/pieces/<uuid:file_id>/", mine.piece, name="piece"),
]
