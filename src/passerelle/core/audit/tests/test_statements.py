"""Statements sent as they are: the rows of PostgreSQL as text, in whatever transaction is in hand."""

import pytest
from django.db import Error, connection, transaction

from passerelle.core.audit.statements import Statement, as_array

ECHO = Statement("SELECT $1::text, $2::int, ($3::text[])[1]")
RAISE = Statement("SELECT 1 / $1::int")


@pytest.mark.django_db(transaction=True)
def test_rows_come_as_text_and_null_as_none():
    assert ECHO.rows(["é".encode(), b"7", None]) == [["é".encode(), b"7", None]]
    with transaction.atomic():
        assert ECHO.rows(["é".encode(), None, as_array(['a"\\,{}', "b"])]) == [["é".encode(), None, b'a"\\,{}']]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_makes_no_statement_unknown():
    ECHO.rows([b"before", None, None])
    with transaction.atomic():
        ECHO.rows([b"inside", None, None])
        transaction.set_rollback(True)
    connection.connection.execute("DEALLOCATE ALL")

    assert ECHO.rows([b"after", None, None])[0][0] == b"after"


@pytest.mark.django_db(transaction=True)
def test_it_belongs_to_the_transaction_in_hand():
    write = Statement("SELECT set_config('passerelle.probe', $1, true)")
    read = Statement("SELECT current_setting('passerelle.probe', true)")

    with transaction.atomic():
        write.rows([b"told"])
        assert read.rows([]) == [[b"told"]]

    assert read.rows([]) in ([[b""]], [[None]])


@pytest.mark.django_db(transaction=True)
def test_its_errors_are_those_of_django():
    for _ in range(2):
        with pytest.raises(Error, match="zero"):
            RAISE.rows([b"0"])
    assert RAISE.rows([b"1"]) == [[b"1"]]
