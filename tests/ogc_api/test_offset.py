"""Pages by counting, as some clients ask for them."""

from __future__ import annotations

import pytest

from layers import registry
from tests.ogc_api.rows import add

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/facilities/items"


@pytest.fixture(autouse=True)
def nine() -> None:
    for number in range(9):
        add(registry.get("facilities"), f"facility-{number}", name=f"施設{9 - number}")


def ids(response) -> list[str]:
    return [feature["id"] for feature in response.json()["features"]]


def test_pages_by_counting_hold_every_feature_once_in_any_order(client):
    for order in ("", "&sortby=name"):
        whole = ids(client.get(f"{ITEMS}?limit=100{order}"))
        parts = [ids(client.get(f"{ITEMS}?limit=4&offset={offset}{order}")) for offset in (0, 4, 8, 12)]
        assert [one for part in parts for one in part] == whole
        assert len(whole) == 9


def test_the_link_after_a_counted_page_goes_on_from_there(client):
    page = client.get(f"{ITEMS}?limit=4&offset=3").json()
    (following,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
    assert "offset" not in following
    assert ids(client.get(following)) == ["facility-7", "facility-8"]
    assert page["numberMatched"] == 9


@pytest.mark.parametrize("wrong", ["-1", "1.5", "", "x", "99999999999", "1&cursor=ZmFjaWxpdHktMQ"])
def test_what_is_no_count_is_refused(client, wrong):
    response = client.get(f"{ITEMS}?offset={wrong}")
    assert (response.status_code, response.json()["parameter"]) == (400, "offset")


def test_a_search_counts_too(client):
    url = "/api/collections/facilities/search"
    page = client.post(url, {"limit": 4, "offset": 3}, content_type="application/json").json()
    assert [feature["id"] for feature in page["features"]] == ["facility-3", "facility-4", "facility-5", "facility-6"]
    (following,) = [link["body"] for link in page["links"] if link["rel"] == "next"]
    assert "offset" not in following
