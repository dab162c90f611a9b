"""Files of SPSS: codes stay codes, missing values are blank, and broken files are said so."""

from pathlib import Path

import pytest

from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.spss import read_spss


def test_variables_become_columns_and_missing_values_blanks(tmp_path: Path) -> None:
    spss = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    file = tmp_path / "answers.sav"
    values = {"waste": [4.0, None, 9.0], "name": ["甲", "", "丙"]}
    spss.write_sav(pandas.DataFrame(values), str(file))
    table = read_spss(file)
    assert table.columns == ("waste", "name")
    assert table.rows == [(4, "甲"), (None, None), (9, "丙")]
    assert table.row_number(0) == 1


@pytest.mark.parametrize("data", [b"", b"no file of SPSS", b"$FL2@(#) broken"])
def test_a_broken_file_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("pyreadstat")
    file = tmp_path / "broken.sav"
    file.write_bytes(data)
    with pytest.raises(CannotRead, match="损坏"):
        read_spss(file)


def test_without_the_reader_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    with pytest.raises(CannotRead, match=r"gongzhi\[spss\]"):
        read_spss(tmp_path / "answers.sav")
