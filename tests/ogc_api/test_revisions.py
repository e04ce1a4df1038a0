"""Answers that rest on a layer's revision: what has not changed is not read again, and pages stay whole."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers import registry
from tests.ogc_api.rows import add

SITES = registry.get("evacuation-sites")
ITEMS = "/api/collections/evacuation-sites/items"


def test_what_has_not_changed_is_not_read_again(client, committed):
    add(SITES, "a")
    first = client.get(ITEMS)
    known = {"if-none-match": first.headers["ETag"]}
    with CaptureQueriesContext(connection) as queries:
        again = client.get(ITEMS, headers=known)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert not any(SITES.table in query["sql"] for query in queries)
    add(SITES, "b")
    changed = client.get(ITEMS, headers=known)
    assert changed.status_code == 200
    assert changed.json()["numberMatched"] == 2


def test_an_etag_is_of_one_request_only(client, committed):
    add(SITES, "a")
    etags = {client.get(path).headers["ETag"] for path in (ITEMS, f"{ITEMS}?limit=1", f"{ITEMS}?lang=en", f"{ITEMS}/a")}
    assert len(etags) == 4


def test_pages_stay_whole_while_others_write(client, committed):
    for name in "bdf":
        add(SITES, name)
    document = client.get(f"{ITEMS}?limit=2").json()
    add(SITES, "a")
    SITES.model.objects.filter(pk="b").delete()
    following = next(link["href"] for link in document["links"] if link["rel"] == "next")
    assert [feature["id"] for feature in client.get(following).json()["features"]] == ["f"]
