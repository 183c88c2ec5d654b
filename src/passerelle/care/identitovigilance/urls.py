from django.urls import URLPattern

app_name = "identitovigilance"

urlpatterns: list[URLPattern] = []
