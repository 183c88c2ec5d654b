from django.urls import path

from passerelle.cooperation.projects import views

app_name = "projects"

urlpatterns = [
    path("", views.project_list, name="projects"),
    path("<slug:code>/", views.project, name="project"),
]
