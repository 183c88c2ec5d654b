from http import HTTPStatus

import pytest
from django.test import Client


@pytest.mark.parametrize("address", ["/", "/soins/", "/pilotage/", "/ui/", "/accessibilite/"])
def test_a_visitor_gets_a_page_in_french(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == HTTPStatus.OK
    assert '<html lang="fr"' in response.content.decode()
