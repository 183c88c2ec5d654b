from django.urls import path

from passerelle.care.identitovigilance.views import history, pairs, quality, reception, worklist

app_name = "identitovigilance"

urlpatterns = [
    path("", worklist.home, name="home"),
    path("paires/<uuid:pair_id>/", pairs.pair, name="pair"),
    path("paires/<uuid:pair_id>/prendre/", pairs.take, name="take"),
    path("paires/<uuid:pair_id>/decider/", pairs.decide, name="decide"),
    path("decisions/<uuid:decision_id>/signer/", pairs.sign, name="sign"),
    path("personnes/<uuid:person_id>/", history.person, name="person"),
    path("defaire/<slug:kind>/<uuid:tie_id>/", history.undo, name="undo"),
    path("accueil/", reception.desk, name="desk"),
    path("accueil/nouveau/", reception.newcomer, name="newcomer"),
    path("qualite/", quality.page, name="quality"),
    path("qualite/indicateurs.xlsx", quality.workbook, name="quality_xlsx"),
    path("qualite/indicateurs.csv", quality.csv_file, name="quality_csv"),
]
