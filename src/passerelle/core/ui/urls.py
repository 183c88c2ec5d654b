from django.urls import path

from passerelle.core.ui import views

app_name = "ui"

urlpatterns = [
    path("", views.home, name="home"),
    path("soins/", views.care, name="soins"),
    path("pilotage/", views.steering, name="pilotage"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("aller/", views.palette, name="palette"),
    path("apparence/", views.theme, name="theme"),
    path("ui/", views.living_page, name="living_page"),
    path("ui/feuille/", views.sheet, name="sheet"),
]
