from django.urls import path

from passerelle.evidence.indicators import views

app_name = "indicators"

urlpatterns = [
    path("", views.indicator_list, name="indicators"),
    path("<slug:code>/", views.indicator, name="indicator"),
    path("<slug:code>/donnees.csv", views.indicator_csv, name="csv"),
]
