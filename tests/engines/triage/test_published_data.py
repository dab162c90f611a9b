"""On published messages the engine keeps what docs/engines/triage.md says of it."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.reading import read_table
from gongzhi.commons.tables.values import value_of
from gongzhi.engines.triage.calibration import calibration_error
from gongzhi.engines.triage.duplicates import find_pairs
from gongzhi.engines.triage.hot_issues import Voice, hot_issues
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


def test_the_model_beats_the_usual_machine_on_the_same_messages(realdata: Path) -> None:
    table = read_table(realdata / "residents_messages" / "附件2_labelled.csv")
    rows = table.texts(["留言主题", "留言详情", "一级标签"])
    pairs = find_pairs([body for _, body, _ in rows])
    alone = np.ones(len(rows), dtype=bool)
    alone[[pair.second for pair in pairs] + [pair.first for pair in pairs]] = False
    test = alone & (np.arange(len(rows)) % 5 == 0)
    learn = [row for row, is_test in zip(rows, test, strict=True) if not is_test]
    asked = [row for row, is_test in zip(rows, test, strict=True) if is_test]
    truth = [row[2] for row in asked]
    model = train([Message(subject=s, body=b) for s, b, _ in learn], [row[2] for row in learn])
    given = model.probabilities([Message(subject=s, body=b) for s, b, _ in asked])
    called = [model.labels[at] for at in given.argmax(axis=1)]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    usual = LinearSVC(C=0.5, random_state=0).fit(
        vectors.fit_transform([" ".join(row[1].split()) for row in learn]), [r[2] for r in learn]
    )
    usually = usual.predict(vectors.transform([" ".join(row[1].split()) for row in asked]))
    ours = f1_score(truth, called, average="macro")
    assert ours > 0.89
    assert ours > f1_score(truth, usually, average="macro") + 0.005
    right = np.array([a == b for a, b in zip(called, truth, strict=True)])
    assert calibration_error(given.max(axis=1), right) < 0.05


def test_the_known_hot_issues_are_among_the_five_hottest_each_as_one(realdata: Path) -> None:
    table = read_table(realdata / "residents_messages" / "附件3.xlsx")
    moment = Field(name="at", title="at", kind=FieldKind.MOMENT)
    voices = [
        Voice(Message(subject=s, body=b), value_of(at, moment), int(support or 0))  # type: ignore[arg-type]
        for (s, b), at, support in zip(
            table.texts(["留言主题", "留言详情"]),
            table.column("留言时间"),
            table.column("点赞数"),
            strict=True,
        )
    ]
    hottest = hot_issues(voices, most=5)
    for word in ("搅拌", "车位"):  # a mixing station, and parking spaces tied to sale
        best = next(issue for issue in hottest if word in f"{issue.phrases}{issue.description}")
        about = {
            at
            for at, voice in enumerate(voices)
            if best.place in (said := voice.message.subject + voice.message.body) and word in said
        }
        assert best.place
        assert len(about) >= 20
        assert len(about & set(best.members)) >= 0.8 * len(about)
        others = [issue for issue in hottest if issue is not best]
        assert not any(about & set(issue.members) for issue in others)
