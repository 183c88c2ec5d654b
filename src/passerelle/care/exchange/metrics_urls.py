from django.urls import path

from passerelle.care.exchange.views.metrics import metrics

app_name = "metrics"

urlpatterns = [path("", metrics, name="metrics")]
