from django.urls import URLPattern, URLResolver

app_name = "carepaths"
urlpatterns: list[URLPattern | URLResolver] = []
