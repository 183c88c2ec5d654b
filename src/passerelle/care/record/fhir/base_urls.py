"""The base itself, as clients write it: `[base]`, without a slash at its end. Source: http://hl7.org/fhir/R4/http.html#root."""

from django.urls import path

from passerelle.care.record.fhir.bundles import bundle
from passerelle.care.record.fhir.methods import by_method
from passerelle.care.record.fhir.search import search_system

app_name = "fhir_base"

base = by_method(GET=search_system, HEAD=search_system, POST=bundle)

urlpatterns = [path("", base, name="base")]
