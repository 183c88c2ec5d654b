from django.urls import URLPattern, URLResolver

app_name = "preadmission"
urlpatterns: list[URLPattern | URLResolver] = []
