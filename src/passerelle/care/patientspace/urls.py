from django.urls import URLPattern

app_name = "patientspace"

urlpatterns: list[URLPattern] = []
