"""Every field of every model says what it holds: identifying, health or neutral."""

import sys

import pytest
from django.apps import apps

CLASSES = {"identifying", "health", "neutral"}


def _our_models():
    return [model for model in apps.get_models() if model.__module__.startswith("passerelle.")]


def _classification(model):
    declared = getattr(sys.modules[model.__module__], "CLASSIFICATION", None)
    if declared is None:
        package = sys.modules[model.__module__.rsplit(".models", 1)[0] + ".models"]
        declared = getattr(package, "CLASSIFICATION", {})
    return declared.get(model.__name__, {})


@pytest.mark.parametrize("model", _our_models(), ids=lambda model: model._meta.label)
def test_every_field_is_classified(model):
    declared = _classification(model)
    fields = {field.name for field in model._meta.concrete_fields} - {"pk"}

    assert fields - declared.keys() == set()
    assert declared.keys() - fields - {field.name for field in model._meta.many_to_many} == set()
    assert set(declared.values()) <= CLASSES


@pytest.mark.parametrize("model", _our_models(), ids=lambda model: model._meta.label)
def test_no_model_has_a_default_order(model):
    assert not model._meta.ordering
