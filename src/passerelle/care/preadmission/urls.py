from django.urls import path

from passerelle.care.preadmission.views import paper, staff, steps

app_name = "preadmission"

urlpatterns = [
    path("", steps.mine, name="mine"),
    path("accueil/", staff.ready, name="ready"),
    path("accueil/tableur/", staff.export, name="export"),
    path("accueil/pieces/", staff.pieces, name="pieces"),
    path("accueil/pieces/<uuid:preadmission_id>/", staff.compare, name="compare"),
    path("accueil/pieces/<uuid:preadmission_id>/<uuid:piece_id>/", staff.compared_piece, name="compared_piece"),
    path("<uuid:preadmission_id>/", steps.overview, name="overview"),
    path("<uuid:preadmission_id>/verifier/", steps.check, name="check"),
    path("<uuid:preadmission_id>/recu/", steps.receipt, name="receipt"),
    path("<uuid:preadmission_id>/papier/", paper.paper, name="paper"),
    path("<uuid:preadmission_id>/papier/<slug:name>/", paper.paper, name="step_paper"),
    path("<uuid:preadmission_id>/photo/<uuid:piece_id>/", steps.piece, name="piece"),
    path("<uuid:preadmission_id>/<slug:name>/", steps.step, name="step"),
]
