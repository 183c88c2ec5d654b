from django.urls import path

from passerelle.care.consent.views import desk, emergencies, officer

app_name = "consent"

urlpatterns = [
    path("urgences/", emergencies.worklist, name="emergencies"),
    path("urgences/export.<slug:kind>", emergencies.export, name="emergencies_export"),
    path("urgences/<uuid:emergency_id>/", emergencies.emergency, name="emergency"),
    path("urgences/<uuid:emergency_id>/terminer/", emergencies.end_emergency, name="end_emergency"),
    path("personnes/<uuid:person_id>/", desk.desk, name="desk"),
    path("personnes/<uuid:person_id>/terminer/<slug:kind>/<uuid:choice_id>/", desk.end_desk, name="end_desk"),
    path("questions/", officer.questions, name="questions"),
    path("questions/<uuid:question_id>/", officer.question, name="question"),
    path("oppositions/", officer.oppositions, name="oppositions"),
    path("oppositions/export.<slug:kind>", officer.export, name="oppositions_export"),
]
