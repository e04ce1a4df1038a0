import re
from pathlib import Path

import pytest

from gis_server.web.translation import LANGUAGES, catalogue

SITE = Path(__file__).resolve().parents[2] / "gis_server"


def language_of(client, **headers: str) -> str:
    return client.get("/sign-in/", headers=headers).wsgi_request.LANGUAGE_CODE


def test_both_catalogues_have_the_same_keys_with_words_behind_each():
    japanese, english = (catalogue(language) for language in LANGUAGES)
    assert list(japanese) == list(english)
    assert all(words.strip() for words in [*japanese.values(), *english.values()])


def test_both_catalogues_name_the_same_places_to_fill():
    holes = re.compile(r"\{(\w+)\}")
    japanese, english = (catalogue(language) for language in LANGUAGES)
    for key in japanese:
        assert set(holes.findall(japanese[key])) == set(holes.findall(english[key])), key


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("", "ja"), ("en-GB,en;q=0.8", "en"), ("fr", "ja"), ("fr, ja;q=0.5, en;q=0.9", "en"), ("x" * 9000, "ja")],
)
def test_a_browser_gets_its_language_and_otherwise_japanese(db, client, wanted, given):
    assert language_of(client, **{"Accept-Language": wanted}) == given


def test_the_chosen_language_is_remembered(db, client):
    client.get("/sign-in/?lang=en")
    assert language_of(client) == "en"


def test_an_unknown_language_changes_nothing(db, client):
    answer = client.get("/sign-in/?lang=xx")
    assert answer.wsgi_request.LANGUAGE_CODE == "ja"
    assert "lang" not in answer.cookies


def test_the_page_says_in_which_language_it_is(db, client):
    assert '<html lang="en">' in client.get("/sign-in/?lang=en").content.decode()


def used_keys() -> set[str]:
    pages = [*SITE.rglob("*.html"), *SITE.rglob("static/**/*.js")]
    pattern = re.compile(r"""(?:\{% t |\bt\()["']([a-z0-9_.]+)["']""")
    return {key for page in pages for key in pattern.findall(page.read_text(encoding="utf-8"))}


def test_every_key_that_a_page_uses_has_words():
    assert len(used_keys()) > 100
    assert used_keys() - set(catalogue("ja")) == set()
