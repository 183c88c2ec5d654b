from django.urls import path, re_path

from passerelle.care.record.fhir.base_urls import base
from passerelle.care.record.fhir.binary import read_binary
from passerelle.care.record.fhir.capability import metadata
from passerelle.care.record.fhir.create import create, create_binary
from passerelle.care.record.fhir.delete import conditional_delete, delete
from passerelle.care.record.fhir.elsewhere import elsewhere
from passerelle.care.record.fhir.history import history_instance, history_system, history_type
from passerelle.care.record.fhir.methods import by_method
from passerelle.care.record.fhir.openapi import openapi
from passerelle.care.record.fhir.operations.dispatch import operation_urls
from passerelle.care.record.fhir.patch import conditional_patch, patch
from passerelle.care.record.fhir.read import read, vread
from passerelle.care.record.fhir.search import (
    search_by_post,
    search_compartment,
    search_compartment_by_post,
    search_system_by_post,
    search_type,
)
from passerelle.care.record.fhir.update import conditional_update, update

app_name = "fhir"

urlpatterns = [
    path("metadata", metadata, name="metadata"),
    path("openapi.json", openapi, name="openapi"),
    *operation_urls,
    path("Binary", by_method(POST=create_binary), name="binaries"),
    path("Binary/<str:id_>", read_binary, name="binary"),
    path("", base, name="bundle"),
    path("_search", search_system_by_post, name="search_system_by_post"),
    path("_history", history_system, name="history_system"),
    path(
        "<str:type_>",
        by_method(
            GET=search_type,
            HEAD=search_type,
            POST=create,
            PUT=conditional_update,
            PATCH=conditional_patch,
            DELETE=conditional_delete,
        ),
        name="search",
    ),
    path("<str:type_>/_search", search_by_post, name="search_by_post"),
    path("<str:type_>/_history", history_type, name="history_type"),
    path("<str:type_>/<str:id_>", by_method(GET=read, HEAD=read, PUT=update, PATCH=patch, DELETE=delete), name="read"),
    path("<str:type_>/<str:id_>/_history", history_instance, name="history"),
    path("<str:type_>/<str:id_>/_history/<str:version>", vread, name="vread"),
    path("<str:compartment>/<str:id_>/<str:type_>", search_compartment, name="search_compartment"),
    path(
        "<str:compartment>/<str:id_>/<str:type_>/_search",
        search_compartment_by_post,
        name="search_compartment_by_post",
    ),
    re_path(r"^(?P<path>.*)$", elsewhere, name="elsewhere"),
]
