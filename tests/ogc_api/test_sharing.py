"""Programs in pages of other sites read what everybody may read; what carries a session or a token is not for them."""

from __future__ import annotations

import pytest

from layers import registry
from tests.ogc_api.rows import add

ITEMS = "/api/collections/facilities/items"
ELSEWHERE = {"origin": "https://elsewhere.example"}
ALLOWED = "Access-Control-Allow-Origin"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/", "/api/openapi", "/api/collections", ITEMS, f"{ITEMS}/a", f"{ITEMS}/nobody"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_everybody_may_read_may_be_read_by_other_sites(client, path, method):
    add(registry.get("facilities"), "a")
    response = getattr(client, method)(path, headers=ELSEWHERE)
    assert response.headers[ALLOWED] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Content-Crs", "ETag", "Link"} <= set(exposed)
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_what_has_not_changed_and_what_is_wrong_may_be_read_too(client):
    etag = client.get(ITEMS).headers["ETag"]
    again = client.get(ITEMS, headers=ELSEWHERE | {"if-none-match": etag})
    assert (again.status_code, again.headers[ALLOWED]) == (304, "*")
    assert client.get(f"{ITEMS}?limit=x", headers=ELSEWHERE).headers[ALLOWED] == "*"


def test_a_browser_is_told_what_other_sites_may_do(client):
    response = client.options(ITEMS, headers=ELSEWHERE | {"access-control-request-method": "GET"})
    assert response.status_code == 204
    assert response.headers[ALLOWED] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Authorization" not in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ITEMS, f"{ITEMS}/a", "/api/processes/route/execution"])
def test_writing_is_never_offered_to_other_sites(client, path, method):
    asked = client.options(path, headers=ELSEWHERE | {"access-control-request-method": method})
    done = client.generic(method, path, headers=ELSEWHERE)
    assert ALLOWED not in asked.headers
    assert ALLOWED not in done.headers


def test_what_a_session_sees_is_not_for_other_sites(member):
    staff = member("staff")
    for path in (ITEMS, "/api/openapi", f"{ITEMS}?limit=x"):
        assert ALLOWED not in staff.get(path, headers=ELSEWHERE).headers


def test_a_token_is_not_taken_from_other_sites(client):
    response = client.get(ITEMS, headers=ELSEWHERE | {"authorization": "Basic eDp5"})
    assert ALLOWED not in response.headers
