"""Addresses, and the static files that come with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gis_server.command import server
from gis_server.command.console import Failure
from gis_server.command.static_files import collect

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it here


def test_every_page_is_in_the_block_of_addresses():
    lines = server.addresses("127.0.0.1", 8000)
    assert lines[0].startswith("http://127.0.0.1:8000/ ")
    assert len({line.index(" ") > 0 for line in lines}) == 1
    paths = ["/", "/navi/", "/disaster/", "/api/", "/tiles/", "/maps/", "/admin/"]
    assert [line.split()[0].removeprefix("http://127.0.0.1:8000") for line in lines] == paths


@pytest.mark.parametrize(("host", "shown"), [(EVERYWHERE, "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")])
def test_the_addresses_can_be_typed_into_a_browser(host: str, shown: str):
    assert server.addresses(host, 80)[0].startswith(f"http://{shown}:80/ ")


def test_a_server_for_the_network_answers_to_the_names_of_this_machine():
    assert server.names_of_this_machine("192.0.2.7") == ["192.0.2.7"]
    assert os.uname().nodename in server.names_of_this_machine(EVERYWHERE)


def test_a_name_that_is_no_address_here_is_the_persons_mistake():
    with pytest.raises(Failure) as caught:
        server.check_address("no.such.host.invalid", 8000)
    assert caught.value.status == 2


def test_static_files_are_compressed_once_and_again_when_they_change(settings, tmp_path: Path):
    source, root = tmp_path / "source", tmp_path / "static"
    source.mkdir()
    (source / "page.css").write_text("a { color: blue }\n" * 100)
    settings.STATICFILES_DIRS = [("vendor", source)]
    settings.STATIC_ROOT = root
    assert collect(root) > 0
    assert (root / "vendor" / "page.css.gz").exists()
    before = (root / "vendor" / "page.css.gz").read_bytes()
    (source / "page.css").write_text("b { color: red }\n" * 100)
    os.utime(source / "page.css", (4_000_000_000, 4_000_000_000))
    collect(root)
    assert (root / "vendor" / "page.css.gz").read_bytes() != before
