from django.urls import path, re_path

from passerelle.care.record.fhir.binary import read_binary
from passerelle.care.record.fhir.capability import metadata
from passerelle.care.record.fhir.elsewhere import elsewhere
from passerelle.care.record.fhir.history import history_instance
from passerelle.care.record.fhir.operations.dispatch import operation_urls
from passerelle.care.record.fhir.read import read, vread
from passerelle.care.record.fhir.search import search_by_post, search_type

app_name = "fhir"

urlpatterns = [
    path("metadata", metadata, name="metadata"),
    *operation_urls,
    path("Binary/<str:id_>", read_binary, name="binary"),
    path("<str:type_>", search_type, name="search"),
    path("<str:type_>/_search", search_by_post, name="search_by_post"),
    path("<str:type_>/<str:id_>", read, name="read"),
    path("<str:type_>/<str:id_>/_history", history_instance, name="history"),
    path("<str:type_>/<str:id_>/_history/<str:version>", vread, name="vread"),
    re_path(r"^(?P<path>.*)$", elsewhere, name="elsewhere"),
]
