from layers.feature import Source


def test_the_portal_asks_one_question_first(db, client):
    page = client.get("/").content.decode()
    assert page.index("どこへ避難しますか？") < page.index("いまの災害の状況")


def test_the_portal_says_when_its_data_are_made_up(db, client):
    assert "架空のサンプル" not in client.get("/").content.decode()
    Source.objects.create(key="sample", title="架空のサンプル", attribution="架空のサンプル", licence="CC0-1.0")
    assert "架空のサンプル" in client.get("/").content.decode()


def test_the_process_is_alive_without_a_database(client):
    assert client.get("/healthz").status_code == 200


def test_the_site_is_ready_when_the_database_is_migrated(db, client):
    assert client.get("/readyz").status_code == 200


def test_search_engines_are_kept_from_the_tiles(client):
    assert "Disallow: /tiles/" in client.get("/robots.txt").content.decode()


def test_pages_allow_neither_foreign_nor_inline_scripts_and_styles(db, client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    page = client.get("/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
