from django.urls import path

from passerelle.core.directory import views

app_name = "directory"

urlpatterns = [
    path("", views.establishments, name="establishments"),
    path("etablissements/<slug:code>/", views.establishment, name="establishment"),
    path("sites/<slug:code>/", views.site, name="site"),
    path("professionnels/", views.professionals, name="professionals"),
]
