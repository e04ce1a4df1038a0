"""Tables as files come: encodings, headers, workbooks, quotation marks; hostile ones are refused quickly."""

from __future__ import annotations

import tracemalloc
import zipfile

import openpyxl
import pytest
from django.conf import settings

from etl.contents import open_contents
from etl.readers import Options
from etl.readers.tables import TABLE
from etl.record import RawBatch, Rejection, UndecidedError, UnreadableFileError

HEADER = ["ID", "名称", "住所", "緯度", "経度"]
ROW = ["1", "図書館①髙﨑", "三鷹市", "35.69", "139.56"]


class Read:
    """A table, read to its end."""

    def __init__(self, path, **options):
        self.data_set = TABLE.open(open_contents(path), Options(settings.CITY, **options))
        items = list(self.data_set.rows)
        self.rows = [row for item in items if isinstance(item, RawBatch) for row in item.rows()]
        self.refused = [item for item in items if isinstance(item, Rejection)]


def text(path, rows, *, delimiter=",", end="\r\n", encoding="utf-8"):
    path.write_bytes(end.join([delimiter.join(cells) for cells in rows] + [""]).encode(encoding))
    return path


def workbook(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_encoding_delimiter_and_end_of_line(tmp_path, encoding, delimiter, end):
    read = Read(text(tmp_path / "list.csv", [HEADER, ROW], delimiter=delimiter, end=end, encoding=encoding))
    (row,) = read.rows
    assert (row.values["名称"], row.place) == ("図書館①髙﨑", "line 2")
    assert (row.geometry.x, row.geometry.y) == (139.56, 35.69)


def test_an_encoding_that_is_asked_for_is_used(tmp_path):
    path = text(tmp_path / "list.csv", [HEADER, ["1", "図書館", "三鷹市", "35.69", "139.56"]], encoding="euc-jp")
    assert Read(path, encoding="euc-jp").rows[0].values["名称"] == "図書館" == Read(path).rows[0].values["名称"]
    with pytest.raises(UnreadableFileError, match="no encoding that is known"):
        Read(path, encoding="klingon")
    with pytest.raises(UnreadableFileError, match="not utf-8: byte"):
        Read(path, encoding="utf-8")


def test_the_header_is_found_below_what_stands_above_it(tmp_path):
    path = tmp_path / "list.csv"
    rows = [
        ["三鷹市の施設一覧", "", "", "", ""],
        ["作成日", "令和6年1月9日", "", "", ""],
        ["", "", "", "", ""],
        HEADER,
        ROW,
    ]
    read = Read(text(path, [*rows, [""] * 5, [""] * 9]))
    assert [row.place for row in read.rows] == ["line 5"]
    assert "header in line 4" in read.data_set.reasons


def test_a_header_over_two_rows_is_refused_clearly(tmp_path):
    rows = [
        ["ID", "名称", "位置", "", "連絡先"],
        ["", "", "緯度", "経度", "電話番号"],
        ["1", "図書館", "35.6", "139.5", "x"],
    ]
    with pytest.raises(UnreadableFileError, match="the header runs over two lines, 1 and 2"):
        Read(text(tmp_path / "list.csv", rows))


def test_columns_are_known_however_they_are_spelled(tmp_path):
    read = Read(
        text(
            tmp_path / "list.csv",
            [["ＩＤ", " 名 称", "ＵＲＬ", "緯 度", "経度（世界測地系）", "名称"], [*ROW, "二つ目"]],
        )
    )
    assert read.rows[0].values["名称"] in {"図書館①髙﨑", "二つ目"}
    assert read.rows[0].values["url"] == "三鷹市"


def test_line_breaks_in_cells_and_ragged_rows(tmp_path):
    path = tmp_path / "list.csv"
    lines = ["ID,名称,住所,緯度,経度,,", '1,図書館,"一行目', '二行目",35.69,139.56,,', "2,短い",
             "3,長い,x,35.6,139.5,,,余分", "4,次,x,35.6,139.5", "", "5,最後,x,35.6,139.5,,"]  # fmt: skip
    path.write_text("\r\n".join(lines), encoding="utf-8")
    read = Read(path)
    assert [row.place for row in read.rows] == ["line 2", "line 6", "line 8"]
    assert read.rows[0].values["住所"] == "一行目\n二行目"
    assert [fault.place for fault in read.refused] == ["line 4", "line 5"]


def test_a_stray_quotation_mark_costs_its_own_row_only(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('ID,名称,住所,緯度,経度\n1,"図"書館,x,35.6,139.5\n2,次,x,35.6,139.5\n', encoding="utf-8")
    read = Read(path)
    assert [row.id for row in read.rows] == ["table-list-2"]
    assert (read.refused[0].place, "quotation mark" in read.refused[0].reason) == ("line 2", True)


def test_a_quotation_mark_that_is_never_closed_says_where(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(",".join(HEADER) + '\n1,"図書館,x,35.6,139.5\n' + "2,次,x,35.6,139.5\n" * 9, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="line 2: a quotation mark"):
        Read(path)


def test_an_endless_line_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes((",".join(HEADER) + "\n").encode() + b"1," * 20_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFileError, match="longer than"):
            Read(path)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_text_that_an_export_neutralised_is_restored_and_other_formulas_stay_text(tmp_path):
    rows = [HEADER, ["1", "'=1+1", "=HYPERLINK(1)", "35.6", "139.5"]]
    values = Read(text(tmp_path / "list.csv", rows)).rows[0].values
    assert (values["名称"], values["住所"]) == ("=1+1", "=HYPERLINK(1)")


def test_a_sheet_is_read_by_name_or_the_first_that_fits(tmp_path):
    path = workbook(
        tmp_path / "list.xlsx",
        ("説明", [["この表について"]]),
        ("一覧", [["三鷹市"], HEADER, [1, "図書館", None, 35.69, 139.56], [], [2.0, "体育館", "x", "35.7", "139.5"]]),
        ("別の", [HEADER, [9, "別", "x", 35.6, 139.5]]),
    )
    read = Read(path)
    assert [(row.id, row.place) for row in read.rows] == [("table-list-1", "row 3"), ("table-list-2", "row 5")]
    assert read.rows[0].geometry.x == 139.56
    assert "sheet 一覧" in read.data_set.reasons
    assert Read(path, part="別の").rows[0].values["名称"] == "別"
    with pytest.raises(UnreadableFileError, match="there are: 説明、一覧、別の"):
        Read(path, part="無い")


def test_a_formula_without_a_stored_value_is_refused_by_its_cell(tmp_path):
    path = workbook(
        tmp_path / "list.xlsx", ("一覧", [HEADER, [1, '=A1&"館"', "x", 35.6, 139.5], [2, "b", "x", 35.6, 139.5]])
    )
    read = Read(path)
    assert [row.id for row in read.rows] == ["table-list-2"]
    assert read.refused[0].field == "cell B2"


def _with_member(path, name, data):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def test_workbooks_that_would_burst_or_expand_are_refused(tmp_path):
    path = workbook(tmp_path / "bomb.xlsx", ("一覧", [HEADER, [1, "a", "x", 35.6, 139.5]]))
    with pytest.raises(UnreadableFileError, match="would unpack to"):
        Read(_with_member(path, "xl/media/bomb.bin", b"\x00" * 50_000_000))
    path = workbook(tmp_path / "laughs.xlsx", ("一覧", [HEADER, [1, "a", "x", 35.6, 139.5]]))
    with pytest.raises(UnreadableFileError, match="declares a document type or entities"):
        Read(_with_member(path, "xl/evil.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'))
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 100)
    assert TABLE.find_reason(open_contents(path)) is None


def test_only_the_owner_can_say_what_some_lists_are(tmp_path):
    flags = [*HEADER, "災害種別_洪水", "災害種別_地震"]
    with pytest.raises(UndecidedError, match="--layer LAYER") as undecided:
        Read(text(tmp_path / "a.csv", [flags, [*ROW, "1", ""]]))
    assert undecided.value.layers == ("evacuation-sites", "shelters")
    decided = Read(text(tmp_path / "b.csv", [[*flags, "想定収容人数"], [*ROW, "1", "", "100"]]))
    assert list(decided.data_set.columns) == ["evacuation-sites"]


def test_columns_may_be_given_to_fields_by_the_caller(tmp_path):
    path = text(tmp_path / "list.csv", [["番号", "よびな", "住所", "緯度", "経度"], ROW])
    read = Read(path, layer="facilities", mapping={"よびな": "name", "住所": ""})
    assert dict(read.data_set.mapping["facilities"]) == {"よびな": "name"}
    assert read.rows[0].values["name"] == "図書館①髙﨑"
    with pytest.raises(UnreadableFileError, match="no column"):
        Read(path, layer="facilities", mapping={"無い": "name"})


REAL = {
    "facilities/yaizu_222127_aed.csv": ("AED設置箇所一覧 (推奨データセット)", "facilities", 82),
    "facilities/yaizu_222127_public_toilet.csv": ("公衆トイレ一覧 (自治体標準オープンデータセット)", "facilities", 112),
    "facilities/yaizu_222127_facilities_sports.csv": ("公共施設一覧 (推奨データセット)", "facilities", 16),
    "facilities/yaizu_222127_library.csv": ("公共施設一覧 (推奨データセット)", "facilities", 11),
    "facilities/takamatsu_public_toilet.csv": ("公衆トイレ一覧 (推奨データセット, English names)", "facilities", 169),
    "facilities/takamatsu_elderly_welfare_facility.csv": (
        "介護サービス事業所一覧 (推奨データセット, English names)", "facilities", 47),
    "facilities/takamatsu_tsunami_evacuation_building.csv": ("", "evacuation-sites", 113),
    "disaster/nanao_open_shelters_2024-01-09T1800.csv": ("", "shelters", 29),
    "disaster/nanao_open_shelters_2024-01-15T1800.csv": ("", "shelters", 28),
    "disaster/nanao_open_shelters_2024-02-01T0600.csv": ("", "shelters", 24),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_lists_are_known_or_left_to_their_owner(real_data, name):
    title, layer, count = REAL[name]
    if title:
        read = Read(real_data / name)
        assert any(reason.startswith(f"{title} → {layer}") for reason in read.data_set.reasons)
    else:
        with pytest.raises(UndecidedError) as undecided:
            Read(real_data / name)
        assert undecided.value.layers[0] == layer
        read = Read(real_data / name, layer=layer)
    assert (len(read.rows), read.refused) == (count, [])
