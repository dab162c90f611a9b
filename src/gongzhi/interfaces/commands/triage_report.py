"""The figures of an evaluation, for people and for programs."""

import json
from dataclasses import asdict
from pathlib import Path

from gongzhi.engines.triage.evaluation import Evaluation


def write_json(result: Evaluation, path: Path) -> None:
    """Write all figures as JSON, whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)


def as_text(result: Evaluation) -> str:
    """Lay the figures out as text."""
    lines = [
        f"留言 messages            {result.messages}",
        f"准确率 accuracy          {result.accuracy:.4f}",
        f"前三含正确 top three     {result.top_three:.4f}",
        f"宏 F1 macro-F1           {result.macro_f1:.4f}",
        f"校准误差 calibration err {result.calibration_error:.4f}",
        "",
        "各类 per class: 数量 n / 精确 precision / 召回 recall / F1",
    ]
    lines += [
        f"  {c.label}: {c.messages} / {c.precision:.3f} / {c.recall:.3f} / {c.f1:.3f}"
        for c in result.classes
    ]
    lines += ["", "校准 calibration: 概率段 range / 数量 n / 平均概率 said / 实际正确 right"]
    lines += [
        f"  {b.low:.1f}–{b.high:.1f} / {b.messages} / {b.mean_probability:.3f} / {b.right:.3f}"
        for b in result.reliability
    ]
    lines += ["", "弃答 abstention: 门槛 from / 作答 answered / 准确率 accuracy"]
    lines += [
        f"  {a.least_probability:.2f} / {a.answered:.1%} / {a.accuracy:.1%}"
        for a in result.abstention
    ]
    lines += ["", "混淆 confusion: 行为真实类别 rows are true, 列为模型所答 columns are called"]
    lines += [
        f"  {label}: " + " ".join(str(cell) for cell in row)
        for label, row in zip(result.labels, result.confusion, strict=True)
    ]
    return "\n".join(lines)
