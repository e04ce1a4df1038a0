"""The web server (Granian with the WSGI application) and the worker, and how to know that the city is ready."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence

from gis_server.command.console import Console, Failure
from gis_server.command.places import Checkout, Home
from gis_server.command.processes import Program, Service

APPLICATION = "gis_server.wsgi:application"
PAGES = (
    ("/", "入口", "portal"),
    ("/navi/", "避難ナビ", "evacuation navigation"),
    ("/disaster/", "災害情報マップ", "disaster map"),
    ("/api/", "OGC API", "landing page"),
    ("/tiles/", "ベクトルタイル", "vector tiles and styles"),
    ("/maps/", "WMS・WMTS・TMS", "map services"),
    ("/admin/", "管理", "administration"),
)


def check_address(host: str, port: int) -> None:
    """Say in one line, before anything is started, that the address cannot be used."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise Failure(f"--host {host} is not an address of this machine: {error.strerror}", status=2) from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise Failure(_address_problem(host, port, error)) from error


def start(checkout: Checkout, home: Home, env: Mapping[str, str], host: str, port: int, workers: int) -> Service:
    """Start the web server; it answers a little later."""
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    # Requests wait for the database most of the time; a worker that dies must not take the city with it.
    threads = [
        "--blocking-threads",
        "16",
        "--backlog",
        "2048",
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "10",
    ]
    argv = [checkout.python, "-m", "granian", *options, *threads, "--no-ws", APPLICATION]
    return Service("web server", Program(argv, env, checkout.root), home.log("web"), signal.SIGTERM)


def start_worker(checkout: Checkout, home: Home, env: Mapping[str, str]) -> Service:
    """Start the worker, which imports what is uploaded and does the upkeep."""
    argv = [checkout.python, "-m", "gis_server.manage", "work"]
    return Service("worker", Program(argv, env, checkout.root), home.log("worker"), signal.SIGTERM)


def wait_until_ready(server: Service, others: Sequence[Service], host: str, port: int, console: Console) -> None:
    """Wait for ``/readyz`` to answer 200; a process that ends meanwhile is the reason why it will not."""
    began = told = time.monotonic()
    while (answer := _readiness(host, port)) != "200":
        for service in (server, *others):
            if not service.is_running():
                raise Failure(f"the {service.name} stopped: {service.reason()} (details: {service.log})")
        now = time.monotonic()
        if now - began > 120:
            raise Failure(f"the web server is not ready after two minutes: {answer} (details: {server.log})")
        if now - told > 10:
            told = now
            console.detail(f"waiting for the web server ({now - began:.0f} s)")
        time.sleep(0.1)


def addresses(host: str, port: int) -> list[str]:
    """The block of addresses that is shown when the city is up."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{reachable_name(shown)}:{port}"
    width = len(base) + max(len(path) for path, _, _ in PAGES)
    return [f"{base + path:<{width}}  {japanese}  {english}" for path, japanese, english in PAGES]


def reachable_name(host: str) -> str:
    """An address to type into a browser: 'every address' is none."""
    return {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def names_of_this_machine(host: str) -> list[str]:
    """Under which names browsers may reach a server on ``host``."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return [host]
    name = socket.gethostname()
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(name, None)}
    except socket.gaierror:
        found = set()
    return [name, *sorted(str(address) for address in found), *_address_towards_the_network()]


def _address_towards_the_network() -> list[str]:
    """The address that other machines see; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [probe.getsockname()[0]]


def _readiness(host: str, port: int) -> str:
    connection = http.client.HTTPConnection(reachable_name(host), port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"127.0.0.1:{port}"})
        response = connection.getresponse()
        text = response.read(300).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return "200" if response.status == 200 else f"{response.status} {text}"


def _address_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use by another program; choose another with --port N"
    if error.errno == errno.EACCES:
        return f"port {port} may be opened by root only; choose one above 1023 with --port N"
    return f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"
