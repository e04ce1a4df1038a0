"""Statements that are kept prepared live through what happens to tables and connections."""

import pytest
from django.db import connection

from layers import database

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE changing (value integer)")
        cursor.execute("INSERT INTO changing VALUES (7)")
    yield "changing"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE changing")


def ask(table: str) -> list[tuple]:
    return database.fetch(f"SELECT value FROM {table} WHERE true = %s", [True], is_frequent=True)


def test_a_frequent_statement_is_prepared(table):
    ask(table)
    assert database.fetch("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%changing%"]) == [
        (1,)
    ]


def test_a_column_of_another_type_is_read_all_the_same(table):
    assert ask(table) == [(7,)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE changing ALTER value TYPE text")
    assert [ask(table) for _ in range(2)] == [[("7",)]] * 2


def test_a_connection_that_was_ended_is_made_anew(table):
    ask(table)
    connection.connection.close()
    assert ask(table) == [(7,)]
