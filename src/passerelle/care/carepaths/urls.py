from django.urls import path

from passerelle.care.carepaths.views import adherence, mine, team

app_name = "carepaths"

urlpatterns = [
    path("", team.home, name="home"),
    path("mon-suivi/", mine.mine, name="mine"),
    path("mon-suivi/<uuid:following_id>/<slug:task>/<int:number>/fait/", mine.did, name="did"),
    path("mon-suivi/<uuid:following_id>/<slug:task>/<int:number>/repondre/", mine.answer, name="answer"),
    path("patients/<uuid:person_id>/", team.patient, name="patient"),
    path("suivis/<uuid:following_id>/", team.following, name="following"),
    path("suivis/<uuid:following_id>/deplacer/", team.move, name="move"),
    path("suivis/<uuid:following_id>/arreter/", team.stop, name="stop"),
    path("suivis/<uuid:following_id>/<slug:task>/<int:number>/fait/", team.done, name="done"),
    path("suivis/<uuid:following_id>/<slug:task>/<int:number>/ecarter/", team.aside, name="aside"),
    path("suivis/<uuid:following_id>/<slug:task>/<int:number>/reprendre/", team.take_back, name="take_back"),
    path("<slug:code>/", team.protocol, name="protocol"),
    path("<slug:code>/plan.json", team.plan, name="plan"),
    path("<slug:code>/adhesion/", adherence.page, name="adherence"),
    path("<slug:code>/adhesion.csv", adherence.as_csv, name="adherence_csv"),
]
