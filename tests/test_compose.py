"""`docker-compose.yml`: understood by docker-compose, and without a password that everybody knows."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.running import CHECKOUT


def compose(**variables: str) -> subprocess.CompletedProcess[str]:
    """`docker-compose config` in a clean environment; it needs no engine."""
    command = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if not shutil.which(command[0]):
        pytest.skip("docker-compose is not installed; ./gis test installs it where the system has a package")
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | variables
    words = [*command, "--file", "docker-compose.yml", "config"]
    return subprocess.run(words, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    answer = compose(POSTGRES_PASSWORD="abc123")
    assert answer.returncode == 0, answer.stderr
    content: dict[str, Any] = yaml.safe_load(answer.stdout)
    assert set(content["volumes"]) == {"database", "home"}
    return content["services"]


def test_there_is_no_default_password():
    answer = compose()
    assert answer.returncode != 0
    assert "POSTGRES_PASSWORD" in answer.stderr


def test_database_web_and_worker_each_have_a_health_check(services: dict[str, Any]):
    assert set(services) == {"db", "web", "worker"}
    assert all(service["healthcheck"]["test"] for service in services.values())


def test_the_database_is_reached_by_the_other_services_only(services: dict[str, Any]):
    assert "ports" not in services["db"]
    assert "ports" not in services["worker"]


def test_the_site_is_published_to_this_machine_only_unless_asked(services: dict[str, Any]):
    assert "127.0.0.1" in str(services["web"]["ports"])


def test_nothing_serves_before_the_database_is_healthy(services: dict[str, Any]):
    assert services["web"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["worker"]["depends_on"]["web"]["condition"] == "service_healthy"


def test_every_process_uses_the_same_database_and_home(services: dict[str, Any]):
    urls = {services[name]["environment"]["DATABASE_URL"] for name in ("web", "worker")}
    assert urls == {"postgresql://machigis:abc123@db:5432/machigis"}
    assert {services[name]["environment"]["GIS_HOME"] for name in ("web", "worker")} == {"/var/lib/machi-gis"}
    assert services["db"]["environment"]["POSTGRES_PASSWORD"] == "abc123"


def test_what_the_containers_run_is_there(services: dict[str, Any]):
    """The image copies these; a command of the services that was renamed would be noticed here."""
    copied = [
        line.split()[1] for line in (CHECKOUT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")
    ]
    sources = [word for word in copied if not word.startswith("--from")]
    assert [word for word in sources if not (CHECKOUT / word).exists()] == []
    commands = CHECKOUT / "gis_server" / "command" / "management" / "commands"
    assert (commands / f"{services['worker']['command'][3]}.py").exists()
