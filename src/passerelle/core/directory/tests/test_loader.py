from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from passerelle.core.directory import api
from passerelle.core.directory.models import (
    CLASSIFICATION,
    AssigningAuthority,
    Employment,
    Establishment,
    Partner,
    Professional,
    Site,
    SubTerritory,
    Unit,
)
from passerelle.core.directory.territory_file import TERRITORY_FILE

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
GROUP = [
    "aphm", "chiap", "arles", "martigues", "salon", "aubagne", "laciotat",
    "allauch", "camargue", "montperrin", "toulouse", "valvert", "cgd13", "laveran",
]  # fmt: skip

pytestmark = pytest.mark.django_db


def _changed_file(folder: Path, change) -> Path:
    content = yaml.safe_load(TERRITORY_FILE.read_text(encoding="utf-8"))
    change(content)
    path = folder / "territory.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_the_group_has_thirteen_parties_and_one_associated_hospital():
    api.load_directory(at=AT)

    rows = api.establishments()

    assert [row.code for row in rows] == GROUP
    assert [row.role for row in rows].count("associe") == 1
    assert [row.role for row in rows].count("support") == 1


def test_a_second_load_changes_nothing():
    first = api.load_directory(at=AT, demo=True)

    second = api.load_directory(at=LATER, demo=True)

    assert first.created > 1000
    assert second.changed == 0
    assert second.unchanged == first.created


def test_a_changed_name_is_updated_and_nothing_else(tmp_path):
    api.load_directory(at=AT)
    path = _changed_file(tmp_path, lambda content: content["establishments"][2].update(name="Hôpital d’Arles"))

    report = api.load_directory(at=LATER, path=path)

    assert (report.created, report.updated, report.absent) == (0, 1, [])
    assert api.establishment("arles").name == "Hôpital d’Arles"


def test_a_changed_source_is_updated_through_its_foreign_key(tmp_path):
    api.load_directory(at=AT)
    path = _changed_file(tmp_path, lambda content: content["partners"][0].update(source="phoceo"))

    report = api.load_directory(at=LATER, path=path)

    assert report.updated == 1
    assert Partner.objects.get(pk="ipc").source_id == "phoceo"


def test_a_dropped_partner_is_kept_marked_absent_reported_and_no_longer_listed(tmp_path):
    api.load_directory(at=AT)
    path = _changed_file(tmp_path, lambda content: content["partners"].pop(0))

    report = api.load_directory(at=LATER, path=path)

    assert report.absent == ["directory.Partner: Institut Paoli-Calmettes"]
    assert Partner.objects.get(pk="ipc").absent_since == LATER
    assert "ipc" not in {row.code for row in api.partners()}


def test_a_dropped_row_that_returns_is_listed_again(tmp_path):
    api.load_directory(at=AT)
    api.load_directory(at=LATER, path=_changed_file(tmp_path, lambda content: content["partners"].pop(0)))

    report = api.load_directory(at=LATER)

    assert report.updated == 1
    assert "ipc" in {row.code for row in api.partners()}


def test_the_test_establishment_exists_in_demonstration_only_and_never_counts_in_the_group():
    api.load_directory(at=AT)
    assert api.establishment("essai") is None

    api.load_directory(at=AT, demo=True)

    assert api.establishment("essai").is_test
    assert "essai" not in {row.code for row in api.establishments()}
    assert "essai" in {row.code for row in api.establishments(with_test=True)}


def test_a_load_without_demonstration_leaves_the_test_establishment_as_it_is():
    api.load_directory(at=AT, demo=True)

    report = api.load_directory(at=LATER)

    assert report.changed == 0
    assert api.establishment_of_facility("CHU-X") == "essai"


def test_the_university_hospital_has_its_five_sites_and_two_hospitals_have_two():
    api.load_directory(at=AT)

    names = [site.name for site in api.sites("aphm")]

    assert names == ["Timone", "Nord", "Conception", "Sainte-Marguerite", "Salvator"]
    assert {code: len(api.sites(code)) for code in GROUP if len(api.sites(code)) > 1} == {
        "aphm": 5,
        "chiap": 2,
        "camargue": 2,
    }


def test_every_number_is_visibly_fictitious():
    api.load_directory(at=AT, demo=True)

    assert all(row.finess.startswith("99") and row.finess_is_fictitious for row in Establishment.objects.all())
    assert all(row.finess.startswith("99") and row.finess_is_fictitious for row in Site.objects.all())
    assert all(row.rpps.startswith("9") and row.rpps_is_fictitious for row in Professional.objects.all())


def test_six_hundred_professionals_work_in_units_of_their_establishment():
    api.load_directory(at=AT, demo=True)

    employments = Employment.objects.select_related("unit")

    assert Professional.objects.count() == 600
    assert all(row.unit.establishment_id == row.establishment_id for row in employments)
    assert set(employments.values_list("establishment_id", flat=True)) >= set(GROUP)
    assert employments.count() > 600


def test_each_unit_belongs_to_the_establishment_of_its_site():
    api.load_directory(at=AT, demo=True)

    assert all(unit.site.establishment_id == unit.establishment_id for unit in Unit.objects.select_related("site"))
    assert Site.objects.filter(units=None).exclude(establishment_id="essai").count() == 0


def test_a_unit_leads_to_its_site():
    api.load_directory(at=AT)
    unit = next(row for row in api.units("aphm-nord") if row.specialty == "maternite")

    assert api.site_of_unit("aphm", unit.code).code == "aphm-nord"
    assert api.site_of_unit("arles", "9999") is None


@pytest.mark.parametrize("facility", ["CHU-X", "Organisation-X", "Organisation-Y", "labo", "Nephro"])
def test_the_facilities_of_the_published_examples_speak_for_the_test_establishment(facility):
    api.load_directory(at=AT, demo=True)

    assert api.establishment_of_facility(facility) == "essai"


def test_each_establishment_of_the_group_sends_and_numbers_under_its_own_codes():
    api.load_directory(at=AT)

    for row in api.establishments():
        facility, *others = api.facilities(row.code)
        assert {api.establishment_of_facility(one) for one in [facility, *others]} == {row.code}
        assert api.establishment_of_authority(facility, row.finess) == row.code
        assert {authority.kind for authority in api.authorities(row.code)} == {"PI", "AN", "VN"}


@pytest.mark.parametrize(
    ("namespace", "universal_id", "expected"),
    [
        ("CHU-X", "000897406", "essai"),
        ("", "000897406", "essai"),
        ("CHU-X", "", "essai"),
        ("AUT-AFFECTATION", "an id nobody declared", "essai"),
        ("APHM", "000897406", "essai"),
        ("ASIP-SANTE-INS-NIR", "1.2.250.1.213.1.4.10", None),
        ("", "", None),
    ],
)
def test_an_authority_is_found_by_its_universal_id_then_by_its_namespace(namespace, universal_id, expected):
    api.load_directory(at=AT, demo=True)

    assert api.establishment_of_authority(namespace, universal_id) == expected


def test_an_ambiguous_namespace_names_nobody():
    api.load_directory(at=AT)
    for code in ("arles", "salon"):
        AssigningAuthority.objects.create(namespace="GAM", universal_id=f"id-{code}", kind="PI", establishment_id=code)

    assert api.establishment_of_authority("GAM", "") is None
    assert api.establishment_of_authority("GAM", "id-salon") == "salon"


def test_fields_added_from_memory_are_marked_to_confirm():
    api.load_directory(at=AT)

    assert Establishment.objects.get(pk="camargue").to_confirm == ["city", "kind"]
    assert Establishment.objects.get(pk="aphm").to_confirm == []


def test_a_sub_territory_holds_the_sites_the_file_names():
    api.load_directory(at=AT)

    east = SubTerritory.objects.get(pk="est")

    assert set(east.sites.values_list("pk", flat=True)) == {
        "aphm-conception", "aubagne-principal", "laciotat-principal",
    }  # fmt: skip


def test_every_field_is_classified():
    for model_name, fields in CLASSIFICATION.items():
        model = next(
            m for m in Establishment._meta.apps.get_app_config("directory").get_models() if m.__name__ == model_name
        )
        names = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
        assert names == set(fields), model_name
