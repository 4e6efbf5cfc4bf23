"""What commands print at their end is in the language of the terminal, as their refusals are."""

from argparse import ArgumentParser

import pytest

from gezhi.loop import commands as loop
from gezhi.loop.importing import commands
from gezhi.loop.models import Batch

SHEET = "工单编号,来电时间,诉求内容\nR1,2026/1/1 9:12,路灯不亮\nR2,2026/2/30,井盖松动\n"
ZH, EN = "zh_CN.UTF-8", "en_GB.UTF-8"


def said(work, arguments, capsys, *given):
    parser = ArgumentParser()
    arguments(parser)
    work(parser.parse_args(given))
    return capsys.readouterr().out


@pytest.mark.parametrize(("language", "trial", "done", "undone", "replayed"), [
    (ZH, "读入 2 行，新建 1 件，更新 0 件，已有 0 件，退回 1 行 (试导入，没有写入任何内容)",
     "退回 1 行 (第 ", "批：撤回 1 件", "重演工单 1 件，差错 0 处"),
    (EN, "2 read, 1 created, 0 updated, 0 already there, 1 rejected (a trial, nothing is written)",
     "1 rejected (batch ", ": 1 cases taken back", "1 case replayed, 0 faults"),
])  # fmt: skip
def test_import_undo_and_replay_end_in_the_language_of_the_terminal(
    office, tmp_path, monkeypatch, capsys, language, trial, done, undone, replayed
):  # fmt: skip
    monkeypatch.setenv("LC_ALL", language)
    path = tmp_path / "a.csv"
    path.write_text(SHEET, encoding="utf-8")
    tried = said(commands.run, commands.run_arguments, capsys, str(path), "--dry-run")
    assert trial in tried
    assert ("created" in tried, "不存在" in tried) == (language == EN, language == ZH)
    assert done in said(commands.run, commands.run_arguments, capsys, str(path))
    batch = str(Batch.objects.get().pk)
    assert replayed in said(loop.replay, loop.replay_arguments, capsys)
    assert undone in said(commands.undo, commands.undo_arguments, capsys, batch)
