"""A real house starts with `load territory` and `account open`."""

import pytest
from click.testing import CliRunner

from passerelle.config.commands.account import account
from passerelle.config.commands.load import load
from passerelle.core.access import api as access
from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.directory import api as directory

PASSWORD = "un mistral de trois jours"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def territory():
    return CliRunner().invoke(load, ["territory"])


def _open(*options, password=PASSWORD):
    arguments = ["open", "mona@chu.example", "--name", "Mona Cyprès", *options]
    return CliRunner().invoke(account, arguments, input=f"{password}\n{password}\n")


def test_the_territory_is_loaded_without_its_test_establishment(territory):
    assert territory.exit_code == 0, territory.output
    assert len(directory.establishments(with_test=True)) == 14
    assert CliRunner().invoke(load, ["territory"]).output == territory.output


def test_an_account_is_opened_with_its_role(territory):
    answer = _open("--role", "clinician", "--establishment", "aubagne")

    assert answer.exit_code == 0, answer.output
    opened = Account.objects.get(email="mona@chu.example")
    assert opened.check_password(PASSWORD)
    assert RoleAssignment.objects.get(account=opened).role == str(access.Role.CLINICIAN)


@pytest.mark.parametrize(
    ("options", "password", "told"),
    [
        (["--role", "clinician", "--establishment", "ailleurs"], PASSWORD, "ailleurs"),
        (["--role", "patient"], PASSWORD, "patient"),
        (["--role", "dpo"], "court", "court"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_opened(territory, options, password, told):
    answer = _open(*options, password=password)

    assert answer.exit_code == 2
    assert told in answer.output
    assert not Account.objects.exists()


def test_an_address_has_one_account(territory):
    _open("--role", "dpo")

    again = _open("--role", "dpo")

    assert again.exit_code == 1
    assert "a déjà un compte" in again.output
