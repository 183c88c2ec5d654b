from django.urls import path

from passerelle.care.liaison.views import hospital_board, hospital_letters, hospital_mails, hospital_referrals, papers

app_name = "liaison"

urlpatterns = [
    path("", hospital_letters.worklist, name="worklist"),
    path("sejours/<uuid:stay_id>/ecrire/", hospital_letters.write, name="write"),
    path("sejours/<uuid:stay_id>/relire/", hospital_letters.review, name="review"),
    path("sejours/<uuid:stay_id>/lettre/", hospital_letters.letter, name="letter"),
    path("sejours/<uuid:stay_id>/lettre/autre-voie/", hospital_letters.other_way, name="other_way"),
    path("sejours/<uuid:stay_id>/lettre/renvoyer/", hospital_letters.again, name="again"),
    path("sejours/<uuid:stay_id>/lettre/corriger/", hospital_letters.correct, name="correct"),
    path("adressages/", hospital_referrals.referrals, name="referrals"),
    path("adressages/<uuid:referral_id>/", hospital_referrals.referral, name="referral"),
    path("courriels/", hospital_mails.mails, name="mails"),
    path("courriels/<uuid:mail_id>/", hospital_mails.mail, name="mail"),
    path("documents/<uuid:document_id>.pdf", papers.pdf, name="pdf"),
    path("tableau-de-bord/", hospital_board.board, name="board"),
    path("direction/", hospital_board.oversight, name="oversight"),
]
