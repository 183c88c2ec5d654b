from django.urls import path

from passerelle.care.savings import views

app_name = "savings"

urlpatterns = [
    path("", views.home, name="home"),
    path("tableau.csv", views.as_csv, name="csv"),
    path("valeurs/", views.values, name="values"),
    path("valeurs/heures/", views.hours, name="hours"),
    path("valeurs/<slug:act>/", views.timing, name="timing"),
]
