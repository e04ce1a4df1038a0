"""Pictures in every grid: on the ground that the capabilities say, as sharp as asked, never older than the data."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from lxml import etree
from owslib.wmts import WebMapTileService
from PIL import Image, ImageChops
from pyproj import CRS, Transformer

from tests import serving
from tests.tile_cache.conftest import HERE
from tests.tile_cache.test_maps import is_reddish, picture, wms
from tile_cache.grid import plane_grid, tile_of
from tile_cache.looks import mapnik_style
from tile_cache.maps import application as maps

PLANE = "JapanPlane09"
GRIDS = ("webmercator", "webmercator_512", "webmercator_2x", "jgd2011", PLANE)
HALF = 0.0004
"""Half the edge of the area, degrees: 36 m by 44 m."""
METRES_A_DEGREE = 111319.49079327358

AREA = "MULTIPOLYGON((({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1})))".format(
    HERE[0] - HALF, HERE[1] - HALF, HERE[0] + HALF, HERE[1] + HALF
)


@cache
def system(epsg: int) -> tuple[CRS, Transformer]:
    """A system, and the way to it from longitude and latitude; its axes in the order of the authority."""
    crs = CRS.from_epsg(epsg)
    return crs, Transformer.from_crs("OGC:CRS84", crs)


def placed(matrix_set, level: int, lon: float, lat: float) -> tuple[int, int, tuple[float, float]]:
    """Column, row and pixel of a place, from what the capabilities say alone (OGC 07-057r7, 6.1 and Annex H)."""
    crs, transformer = system(int(matrix_set.crs.rpartition(":")[2]))
    matrix = matrix_set.tilematrix[f"{level:02d}"]
    is_north_first = crs.axis_info[0].direction == "north"
    first, second = transformer.transform(lon, lat)
    x, y = (second, first) if is_north_first else (first, second)
    left, top = matrix.topleftcorner[::-1] if is_north_first else matrix.topleftcorner
    cell = matrix.scaledenominator * 0.00028 / (METRES_A_DEGREE if crs.is_geographic else 1)
    across, down = (x - left) / cell, (top - y) / cell
    column, row = int(across // matrix.tilewidth), int(down // matrix.tileheight)
    return column, row, (across % matrix.tilewidth, down % matrix.tileheight)


@pytest.fixture
def capabilities(ask_maps, committed):
    answer = ask_maps("/wmts/1.0.0/WMTSCapabilities.xml")
    assert answer.status == 200
    return WebMapTileService("http://127.0.0.1/maps/wmts", xml=answer.content)


@pytest.mark.parametrize("grid", GRIDS)
def test_an_area_is_at_the_pixel_that_the_capabilities_lead_to(add, ask_maps, capabilities, grid):
    add("damagearea", "d1", AREA)
    assert grid in capabilities.contents["damage-areas"].tilematrixsetlinks
    matrix_set = capabilities.tilematrixsets[grid]
    level = 12 if grid == PLANE else 16
    for lon, lat, is_inside in (
        (*HERE, True),
        (HERE[0] + 0.7 * HALF, HERE[1] - 0.7 * HALF, True),
        (HERE[0] - 0.7 * HALF, HERE[1] + 0.7 * HALF, True),
        (HERE[0] + 1.5 * HALF, HERE[1], False),
        (HERE[0], HERE[1] + 1.5 * HALF, False),
        (HERE[0], HERE[1] - 1.5 * HALF, False),
    ):
        column, row, (x, y) = placed(matrix_set, level, lon, lat)
        addresses = [
            f"/wmts/damage-areas/{grid}/{level:02d}/{column}/{row}.png",
            f"/service?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=damage-areas&STYLE=&TILEMATRIXSET={grid}"
            f"&TILEMATRIX={level:02d}&TILEROW={row}&TILECOL={column}&FORMAT=image/png",
            f"/tiles/damage-areas/{grid}/{level}/{column}/{row}.png",
        ]
        for address in addresses:
            seen = picture(ask_maps(address))
            assert seen.size == (matrix_set.tilematrix[f"{level:02d}"].tilewidth,) * 2
            around = [seen.getpixel((x, y)) for x, y in near(x, y, seen.width)]
            assert any(map(is_reddish, around)) is is_inside, (address, lon, lat)


def near(x: float, y: float, width: int) -> list[tuple[int, int]]:
    """The pixels around a point within the picture; hatching leaves some of an area empty."""
    return [
        (i, j)
        for i in range(int(x) - 2, int(x) + 3)
        for j in range(int(y) - 2, int(y) + 3)
        if 0 <= i < width and 0 <= j < width
    ]


@pytest.mark.parametrize("grid", GRIDS)
def test_tms_says_where_its_tiles_are(add, ask_maps, grid):
    """OSGeo TMS 1.0: the tile sets and the origin of each map, rows counted from it."""
    add("damagearea", "d1", AREA)
    told = etree.fromstring(ask_maps(f"/tms/1.0.0/damage-areas/{grid}").content)
    srid = {"jgd2011": 6668, PLANE: 6677}.get(grid, 3857)
    assert told.findtext("SRS") == (f"EPSG:{srid}" if srid != 3857 else "OSGEO:41001"), "as TMS 1.0 names Mercator"
    x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(*HERE)
    origin, size = told.find("Origin"), int(told.find("TileFormat").get("width"))
    given = told.findall("TileSets/TileSet")[12 if grid == PLANE else 15]
    edge = float(given.get("units-per-pixel")) * size
    across, up = (x - float(origin.get("x"))) / edge, (y - float(origin.get("y"))) / edge
    path = given.get("href").partition("/maps")[2]
    seen = picture(ask_maps(f"{path}/{int(across)}/{int(up)}.png"))
    pixel = (across % 1 * size, (1 - up % 1) * size)
    assert any(is_reddish(seen.getpixel(each)) for each in near(*pixel, size))


def test_the_plane_pictures_cover_the_ground_of_the_plane_vector_tiles(add, ask_maps):
    tile = tile_of(*HERE, 12, plane_grid(9, HERE[1]))
    west, south, east, north = tile.bounds_m
    back = Transformer.from_crs(6677, 4326, always_xy=True)
    corners = [(west + 8, south + 8), (east - 8, south + 8), (east - 8, north - 8), (west + 8, north - 8)]
    ring = ", ".join("{} {}".format(*back.transform(*corner)) for corner in [*corners, corners[0]])
    add("damagearea", "d1", f"MULTIPOLYGON((({ring})))", status="resolved")
    seen = picture(ask_maps(f"/tiles/damage-areas/{PLANE}/12/{tile.x}/{tile.y}.png"))
    left, top, right, bottom = seen.getbbox()
    # 8 m are 3.2 pixels; the outline lies on the edge.
    assert 0 <= left <= 4
    assert 0 <= top <= 4
    assert 252 <= right <= 256
    assert 252 <= bottom <= 256


def test_a_level_of_the_plane_grid_draws_what_the_like_level_of_mercator_draws(add, ask_maps):
    """Facilities begin at level 13 of 256 pixels; level 9 of the plane grid is a little coarser than that."""
    add("facility", "f1", HERE, name="図書館")
    for level, is_drawn in ((8, False), (9, True)):
        for grid, tile in (
            (PLANE, tile_of(*HERE, level, plane_grid(9, HERE[1]))),
            ("webmercator", tile_of(*HERE, level + 4)),
        ):
            seen = picture(ask_maps(f"/tiles/facilities/{grid}/{tile.z}/{tile.x}/{tile.y}.png"))
            assert (seen.getbbox() is not None) is is_drawn, (grid, level)


def symbol(seen: Image.Image) -> tuple[int, int]:
    left, top, right, bottom = seen.getbbox()
    return right - left, bottom - top


def test_retina_is_the_same_drawing_twice_as_large_and_not_stretched(add, ask_maps):
    add("shelter", "s1", HERE, name="小")
    tile = tile_of(*HERE, 16)
    numbers = f"16/{tile.x}/{tile.y}"
    usual = picture(ask_maps(f"/tiles/shelters/webmercator/{numbers}.png"))
    wide = picture(ask_maps(f"/tiles/shelters/webmercator_512/{numbers}.png"))
    retina = picture(ask_maps(f"/tiles/shelters/webmercator_2x/{numbers}.png"))
    assert (usual.size, wide.size, retina.size) == ((256, 256), (512, 512), (512, 512))
    assert symbol(retina) == tuple(pytest.approx(2 * side, abs=4) for side in symbol(usual))
    assert symbol(wide) == tuple(pytest.approx(side, abs=3) for side in symbol(usual))
    stretched = usual.resize((512, 512), Image.Resampling.BICUBIC)
    assert sharpness(retina) > 2 * sharpness(stretched), "letters have edges of their own"


def sharpness(seen: Image.Image) -> float:
    """How many steps between neighbouring pixels are steep."""
    grey = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")
    left, right = grey.crop((0, 0, grey.width - 1, grey.height)), grey.crop((1, 0, grey.width, grey.height))
    return sum(ImageChops.difference(left, right).histogram()[120:])


@pytest.mark.parametrize("service", ["tiles", "wmts"])
def test_retina_is_asked_for_as_leaflet_writes_it(add, ask_maps, service):
    add("shelter", "s1", HERE, name="小")
    tile = tile_of(*HERE, 16)
    short = picture(ask_maps(f"/{service}/shelters/webmercator/16/{tile.x}/{tile.y}@2x.png"))
    named = picture(ask_maps(f"/{service}/shelters/webmercator_2x/16/{tile.x}/{tile.y}.png"))
    assert short.tobytes() == named.tobytes()
    assert short.getbbox() is not None


@pytest.mark.parametrize("grid", ["jgd2011", PLANE, "webmercator_2x"])
def test_a_stored_picture_of_any_grid_is_drawn_again_if_and_only_if_a_change_touches_it(
    add, sql, ask_maps, capabilities, store, grid
):
    def written() -> dict:
        return {path: path.stat().st_ino for path in store.rglob("*.png")}

    level = 12 if grid == PLANE else 16
    column, row, _ = placed(capabilities.tilematrixsets[grid], level, *HERE)
    address = f"/tiles/damage-areas/{grid}/{level}/{column}/{row}.png"
    add("damagearea", "d1", AREA)
    first = picture(ask_maps(address))
    files = written()
    assert files
    assert all(grid in str(path) for path in files), "no other grid's pictures lie beside"
    add("damagearea", "far", AREA.replace("139.", "138."))
    assert picture(ask_maps(address)).tobytes() == first.tobytes()
    assert written() == files
    sql("DELETE FROM layers_damagearea WHERE id = 'd1'")
    assert picture(ask_maps(address)).getbbox() is None


@pytest.mark.parametrize("grid", ["jgd2011", PLANE, "webmercator_2x"])
def test_a_symbol_that_reaches_in_from_outside_the_drawing_is_seen(add, ask_maps, capabilities, grid):
    """Sixteen tiles are drawn together; a change beside them changes the picture at their edge."""
    level = 12 if grid == PLANE else 16
    matrix_set = capabilities.tilematrixsets[grid]
    column, row, _ = placed(matrix_set, level, *HERE)
    column -= column % 4
    address = f"/tiles/shelters/{grid}/{level}/{column}/{row}.png"
    assert picture(ask_maps(address)).getbbox() is None
    step = HERE[0]
    while placed(matrix_set, level, step, HERE[1])[0] >= column:
        step -= 0.00003
    add("shelter", "s1", (step, HERE[1]), name="")
    assert picture(ask_maps(address)).getbbox() is not None


@pytest.mark.parametrize(("srs", "is_north_first"), [("EPSG:6677", True), ("EPSG:6668", True), ("EPSG:3857", False)])
def test_wms_takes_the_box_with_the_axes_of_its_system(add, ask_maps, srs, is_north_first):
    """WMS 1.3.0, 6.7.2: in the order of the authority; 1.1.1: x first. The area is left of and below the middle."""
    x, y = Transformer.from_crs(4326, srs, always_xy=True).transform(*HERE)
    _, above = Transformer.from_crs(4326, srs, always_xy=True).transform(HERE[0], HERE[1] + 0.003)
    step = above - y
    add("damagearea", "d1", AREA)
    box = (x - step, y - 1.5 * step, x + 3 * step, y + 2.5 * step)
    across, down = 100, 250
    turned = (box[1], box[0], box[3], box[2]) if is_north_first else box
    for version, given in (("1.3.0", turned), ("1.1.1", box)):
        seen = picture(ask_maps(wms("damage-areas", given, srs, version)))
        assert any(is_reddish(seen.getpixel(each)) for each in near(across, down, 400)), version
        assert not any(is_reddish(seen.getpixel(each)) for each in near(400 - across, down, 400)), version


@pytest.mark.parametrize(
    "address",
    [
        f"/wmts/shelters/{PLANE}/19/1/1.png",
        f"/wmts/shelters/{PLANE}/12/4096/1.png",
        "/wmts/shelters/JapanPlane08/12/1/1.png",
        "/tiles/shelters/jgd2011/1/4/1.png",
        "/tiles/shelters/webmercator_3x/1/1/1.png",
        "/tiles/shelters/webmercator/99/1/1@2x.png",
        "/wmts/shelters/jgd2011/16/a/1@2x.png",
    ],
)
def test_a_tile_that_a_grid_does_not_have_is_an_exception_of_the_standard(ask_maps, committed, address):
    answer = ask_maps(address)
    assert answer.status in {400, 404}
    assert b"Traceback" not in answer.content


def test_the_mount_tells_the_grids(ask_maps):
    told = json.loads(ask_maps("/").content)["grids"]
    assert [grid["name"] for grid in told] == list(GRIDS)


@pytest.fixture
def served(committed: None, store) -> Iterator[str]:
    """The maps over HTTP, for programs of their own."""

    def mounted(environ, start_response):
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/maps", environ["PATH_INFO"].removeprefix("/maps")
        return maps.application(environ, start_response)

    with serving.served(mounted) as address:
        yield f"{address}/maps"


READ = """
import json, sys, rasterio
from rasterio.warp import transform
root, lon, lat, *grids = sys.argv[1:]
found = {}
for grid in grids:
    address = f"WMTS:{root}/wmts/1.0.0/WMTSCapabilities.xml,layer=damage-areas,tilematrixset={grid},tilematrix="
    with rasterio.open(address + ("12" if grid.startswith("Japan") else "16")) as opened:
        xs, ys = transform("OGC:CRS84", opened.crs, [float(lon)], [float(lat)])
        row, col = opened.index(xs[0], ys[0])
        seen = opened.read(window=((row - 3, row + 4), (col - 3, col + 4)))
        found[grid] = [opened.crs.to_epsg(), seen.reshape(4, -1).T.tolist()]
print(json.dumps(found))
"""


def test_gdal_reads_every_grid_from_the_capabilities(add, served):
    add("damagearea", "d1", AREA)
    done = subprocess.run(
        [sys.executable, "-c", READ, served, str(HERE[0]), str(HERE[1]), *GRIDS],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {grid: epsg for grid, (epsg, _) in found.items()} == {
        "webmercator": 3857, "webmercator_512": 3857, "webmercator_2x": 3857, "jgd2011": 6668, PLANE: 6677,
    }  # fmt: skip
    for grid, (_, pixels) in found.items():
        assert any(is_reddish(tuple(pixel)) for pixel in pixels), grid


def test_a_grid_costs_nothing_before_it_is_asked_for(ask_maps, committed, store, monkeypatch):
    """Neither the start nor the capabilities write a style or draw, however many layers and grids there are."""

    def too_early(*_: object) -> str:
        raise AssertionError("nobody has asked for a picture")

    monkeypatch.setattr(mapnik_style, "build_styles", too_early)
    assert len(ask_maps("/wmts/1.0.0/WMTSCapabilities.xml").content) < 100_000
    assert len(ask_maps("/tms/1.0.0").content) < 30_000
    assert not list(store.rglob("*.png"))
