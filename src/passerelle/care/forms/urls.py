from django.urls import path

from passerelle.care.forms.views import answering, reading

app_name = "forms"

urlpatterns = [
    path("vierge/<slug:name>/", reading.blank, name="blank"),
    path("<uuid:filling_id>/", reading.sheet, name="sheet"),
    path("<uuid:filling_id>/papier/", reading.print_sheet, name="print_sheet"),
    path("<uuid:filling_id>/repondre/<int:page>/", answering.answer, name="answer"),
    path("<uuid:filling_id>/relire/", answering.review, name="review"),
]
