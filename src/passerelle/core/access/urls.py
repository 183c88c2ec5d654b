from django.urls import path
from django.views.generic import RedirectView

from passerelle.core.access.guards import enrolment

app_name = "access"

urlpatterns = [
    path("compte/second-facteur/", enrolment(RedirectView.as_view(pattern_name="mfa_index")), name="second_factor"),
]
