import pytest

from passerelle.care.exchange.benchmark.search import run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_kind_of_search_is_measured_and_the_database_given_back():
    from django.db import connection

    name = connection.settings_dict["NAME"]

    figures = run(rows=5000, searches=3)

    assert figures["rows"] == 5000
    for kind in ("latest", "ipp", "control_id", "rare_type", "error_words", "home", "failures"):
        assert 0 < figures[f"{kind}_p50_ms"] <= figures[f"{kind}_p95_ms"]
    assert connection.settings_dict["NAME"] == name
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [f"{name}_bench"])
        assert cursor.fetchone()[0] == 0
