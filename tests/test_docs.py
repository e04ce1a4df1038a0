"""Every command that the documents show is run; every file that they link to is there; nothing is undocumented."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from layers import registry
from tests.running import CHECKOUT, RunningCity

DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
COMMANDS = ("./gis", "curl", "ogrinfo", "ogr2ogr")
EXAMPLE_HOST = "http://127.0.0.1:8000"

# Shown by other means: the fixture `city` runs `up`, test_real_city.py `up --data`, this very run is `test`, and
# command/test_bench.py runs `bench` on fewer rows.
RUN_ELSEWHERE = {"up", "test", "fetch", "bench"}


def shown_commands(document: Path) -> list[str]:
    """The command lines of a document's code blocks, continuation lines joined, comments dropped."""
    blocks = re.findall(r"^```(?:sh|console|bash)?\n(.*?)^```", document.read_text(encoding="utf-8"), re.M | re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip().startswith(COMMANDS)]


def every_command() -> list[str]:
    commands = dict.fromkeys(command for document in DOCUMENTS for command in shown_commands(document))
    return [command for command in commands if command.split()[0] != "./gis" or not is_run_elsewhere(command)]


def is_run_elsewhere(command: str) -> bool:
    words = shlex.split(command, comments=True)
    return len(words) > 1 and words[1] in RUN_ELSEWHERE


def filled_in(command: str, city: RunningCity, folder: Path) -> list[str]:
    """The command with this city's address and a real file in the place of FILE."""
    file = folder / "sites.geojson"
    file.write_text(ONE_SITE, encoding="utf-8")
    (folder / "trees.json").write_text(shown_declaration(), encoding="utf-8")
    words = shlex.split(command.replace(EXAMPLE_HOST, city.url), comments=True)
    places = {"FILE": str(file), "trees.json": str(folder / "trees.json")}
    return [places.get(word, word.replace("FILE.", f"{folder}/exported.")) for word in words]


def shown_declaration() -> str:
    """The declaration that docs/adding-a-layer.md shows."""
    text = (CHECKOUT / "docs" / "adding-a-layer.md").read_text(encoding="utf-8")
    return re.search(r"^```json\n(.*?)^```", text, re.M | re.S)[1]


ONE_SITE = """{"type": "FeatureCollection", "features": [{"type": "Feature",
 "geometry": {"type": "Point", "coordinates": [139.56, 35.69]},
 "properties": {"NO": "1", "共通ID": "E1320499999201", "都道府県名及び市町村名": "東京都三鷹市",
 "施設・場所名": "架空の広場", "住所": "架空町1-1", "洪水": "1", "崖崩れ、土石流及び地滑り": "", "高潮": "",
 "地震": "1", "津波": "", "大規模な火事": "", "内水氾濫": "", "火山現象": "", "指定避難所との住所同一": "",
 "備考": ""}}]}"""


@pytest.mark.server
@pytest.mark.parametrize("command", every_command())
def test_a_command_that_the_documents_show_works(command, city: RunningCity, tmp_path: Path):
    words = filled_in(command, city, tmp_path)
    result = subprocess.run(words, cwd=CHECKOUT, env=city.environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not re.search(r'"status":\s*[45]', result.stdout), result.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_between_documents_leads_somewhere(document: Path):
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    for target in targets:
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_layer_is_in_the_documents():
    text = " ".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    missing = [layer.name for layer in registry.every() if layer.group != "base" and layer.name not in text]
    assert missing == []


def test_the_two_commands_are_the_first_thing_in_the_readme():
    assert [command.split()[1] for command in shown_commands(CHECKOUT / "README.md")[:2]] == ["up", "test"]
