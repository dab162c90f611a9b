"""Rules, near-duplicates, hot issues and answers, measured."""

import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.triage_inputs import (
    edited,
    invented_texts,
    labelled_messages,
    long_texts,
    published_voices,
    residents,
    stuttgart_reports,
    timed,
)
from gongzhi.engines.triage.answers import check_answer
from gongzhi.engines.triage.duplicate_index import DuplicateIndex, Segment
from gongzhi.engines.triage.duplicates import find_pairs
from gongzhi.engines.triage.hot_issues import Voice, hot_issues
from gongzhi.engines.triage.rules import RuleBook, rules_from_names
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.urgency import UrgencyTable
from gongzhi.engines.triage.urgency_rules import DEFAULT_RULES

SHARES = (0.03, 0.1, 0.2, 0.3)
Pairs = set[tuple[int, int]]


def rules() -> None:
    """How fast the open rules read."""
    names: dict[str, list[str]] = {}
    for row in residents(1, "一级分类", "二级分类", "三级分类"):
        names.setdefault(row[0], []).extend(name for name in row[1:] if name)
    book = RuleBook(tuple(rules_from_names(names.items())))
    messages, _ = labelled_messages()
    short = [Message(m.body.strip()[:60]) for m in messages]
    table = UrgencyTable(DEFAULT_RULES)
    print(f"Rules: {sum(len(rule.keywords) for rule in book.rules)} keywords")
    for name, work in (
        ("categories, texts of 60 characters", lambda: book.suggest(short)),
        ("categories, whole messages", lambda: book.suggest(messages)),
        ("urgency, whole messages", lambda: [table.assess(m) for m in messages]),
    ):
        work()
        with timed() as clock:
            work()
        print(f"  {name:36s} {len(messages) / clock.seconds:,.0f} texts/s", flush=True)


def _ours(texts: Sequence[str]) -> Pairs:
    return {(pair.first, pair.second) for pair in find_pairs(texts)}


def _cosine(texts: Sequence[str]) -> Pairs:
    """Character-pair TF-IDF, cosine of at least 0.4, by blocks of a sparse product."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), dtype=np.float32)
    rows = vectors.fit_transform(texts)
    flipped, pairs = rows.T.tocsr(), set()
    for at in range(0, len(texts), 500):
        product = (rows[at : at + 500] @ flipped).tocoo()
        near = product.data >= 0.4
        for one, other in zip(product.row[near] + at, product.col[near], strict=True):
            if one < other:
                pairs.add((int(one), int(other)))
    return pairs


def _minhash(texts: Sequence[str]) -> Pairs:
    """datasketch: MinHash of 128 permutations of character pairs, 32 bands of 4 rows."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - a peer, only here

    index, pairs = MinHashLSH(num_perm=128, params=(32, 4)), set()
    for at, text in enumerate(texts):
        one = MinHash(num_perm=128)
        one.update_batch([text[i : i + 2].encode() for i in range(len(text) - 1)])
        pairs.update((int(found), at) for found in index.query(one))
        index.insert(str(at), one)
    return pairs


def _rensa(texts: Sequence[str]) -> Pairs:
    """rensa: MinHash of 128 permutations of character pairs, 32 bands."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - a peer, only here

    index, pairs = RMinHashLSH(threshold=0.4, num_perm=128, num_bands=32), set()
    for at, text in enumerate(texts):
        one = RMinHash(num_perm=128, seed=1)
        one.update([text[i : i + 2] for i in range(len(text) - 1)])
        pairs.update((int(found), at) for found in index.query(one))
        index.insert(at, one)
    return pairs


def _top_cosine(texts: Sequence[str]) -> Pairs:
    """sparse_dot_topn: the twenty nearest by TF-IDF cosine of character pairs, at least 0.4."""
    from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - a peer, only here

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), dtype=np.float32)
    rows = vectors.fit_transform(texts)
    near = sp_matmul_topn(rows, rows.T.tocsr(), top_n=20, threshold=0.4).tocoo()
    return {(int(a), int(b)) for a, b in zip(near.row, near.col, strict=True) if a < b}


def _installed_peers() -> dict[str, Callable[[Sequence[str]], Pairs]]:
    """The peers that are there; what is missing is said."""
    there: dict[str, Callable[[Sequence[str]], Pairs]] = {"cosine": _cosine}
    outside = {"sparse_dot_topn": _top_cosine, "datasketch": _minhash, "rensa": _rensa}
    for name, peer in outside.items():
        try:
            peer(["一样的话", "一样的话"])
            there[name] = peer
        except ImportError:
            print(f"  {name} isn't installed: left out")
    return there


def duplicates(*, seed: int) -> None:
    """Edited and cut copies of real messages: recall, precision, texts a second."""
    draw = random.Random(seed)
    texts = long_texts()
    alphabet = sorted(set("".join(texts[:2_000])))
    chosen = draw.sample(range(len(texts)), 2_000)
    real = _cosine(texts)
    print(f"Near-duplicates: {len(texts)} real messages and 2,000 copies of some")
    peers = {"gongzhi": _ours, **_installed_peers()}
    kinds: list[tuple[str, Callable[[str], str]]] = [
        (f"{share:.0%} edited", lambda t, s=share: edited(t, s, alphabet, draw)) for share in SHARES
    ]
    kinds += [("first half only", lambda t: t[: len(t) // 2])]
    for kind, change in kinds:
        copies = [change(texts[at]) for at in chosen]
        truth = {(at, len(texts) + i) for i, at in enumerate(chosen)}
        for name, peer in peers.items():
            with timed() as clock:
                found = peer([*texts, *copies])
            _duplicate_line(
                f"{kind}, {name}",
                found=found,
                truth=truth,
                real=real,
                chosen=chosen,
                size=len(texts),
                seconds=clock.seconds,
            )
    _exact_copies()


def _duplicate_line(
    name: str,
    *,
    found: Pairs,
    truth: Pairs,
    real: Pairs,
    chosen: Sequence[int],
    size: int,
    seconds: float,
) -> None:
    origin = {size + i: at for i, at in enumerate(chosen)}

    def true(pair: tuple[int, int]) -> bool:
        one, other = sorted(origin.get(at, at) for at in pair)
        return one == other or (one, other) in real

    touching = [pair for pair in found if pair[1] >= size]
    precise = sum(true(pair) for pair in touching) / max(len(touching), 1)
    print(
        f"  {name:28s} recall {len(found & truth) / len(truth):.3f}  precision "
        f"{precise:.3f}  {(size + len(chosen)) / seconds:,.0f} texts/s",
        flush=True,
    )


def _exact_copies() -> None:
    rows = stuttgart_reports()
    texts = ["|".join(row.values()) for row in rows]
    first: dict[str, int] = {}
    truth = {(first[t], i) for i, t in enumerate(texts) if first.setdefault(t, i) != i}
    with timed() as clock:
        found = {(p.first, p.second) for p in find_pairs(texts, least=0.999)}
    print(
        f"Exact copies among {len(texts):,} reports: {len(truth)} there are, "
        f"{len(found & truth)} found, {len(found) - len(found & truth)} others at 0.999; "
        f"{len(texts) / clock.seconds:,.0f} texts/s",
        flush=True,
    )


def million(*, seed: int) -> None:
    """A million texts: indexed, saved, mapped by another process, asked a thousand times."""
    count = 1_000_000
    texts = invented_texts(count, seed=seed)
    index = DuplicateIndex()
    with timed() as clock:
        start = perf_counter()
        for at in range(0, count, 10_000):
            index.add(range(at, at + 10_000), texts[at : at + 10_000])
        index.settle()
        wall = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"Index: {count:,} texts of {np.mean([len(t) for t in texts]):.0f} characters on average")
    print(f"  built in {clock.seconds:.0f} s CPU, {wall:.0f} s wall; peak {peak:.2f} GB with texts")
    draw = random.Random(seed)
    alphabet = sorted(set("".join(texts[:2_000])))
    chosen = draw.sample(range(count), 1_000)
    with tempfile.TemporaryDirectory() as folder:
        for number, segment in enumerate(index.segments):
            for name, array in segment.parts().items():
                np.save(Path(folder) / f"{number}.{name}.npy", array)
        asked = [(at, edited(texts[at], 0.2, alphabet, draw)) for at in chosen]
        (Path(folder) / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        size = sum(path.stat().st_size for path in Path(folder).glob("*.npy")) / 1e6
        print(f"  saved: {size:.0f} MB in {len(index.segments)} segments", flush=True)
        code = f"from benchmarks.triage_lists import ask; ask({folder!r})"
        subprocess.run([sys.executable, "-c", code], check=True)


def ask(folder: str) -> None:
    """In a process of its own: map the saved index and ask it (20 % of the characters edited)."""
    place = Path(folder)
    numbers = sorted({int(path.name.split(".")[0]) for path in place.glob("*.npy")})
    names = Segment.__dataclass_fields__
    start = perf_counter()
    index = DuplicateIndex(
        [
            Segment.from_parts({n: np.load(place / f"{i}.{n}.npy", mmap_mode="r") for n in names})
            for i in numbers
        ]
    )
    print(f"  mapped by another process in {1e3 * (perf_counter() - start):.0f} ms")
    asked = json.loads((place / "asked.json").read_text("utf-8"))
    times, busy, found = [], [], 0
    for number, text in asked:
        start, start_busy = perf_counter(), process_time()
        candidates = index.find(text)
        times.append(perf_counter() - start)
        busy.append(process_time() - start_busy)
        found += number in [candidate.id for candidate in candidates]
    for name, spent in (("wall", times), ("CPU", busy)):
        middle, slow = np.percentile(spent, [50, 99]) * 1e3
        print(f"  query, {name}: median {middle:.1f} ms, 99th percentile {slow:.1f} ms")
    print(f"  recall in the first 20: {found / len(asked):.3f}", flush=True)


def hot() -> None:
    """The hottest issues of the published messages, their stability, and 200,000 messages."""
    voices = published_voices()
    with timed() as clock:
        issues = hot_issues(voices)
    print(f"Hot issues: {len(voices)} messages in {clock.seconds:.1f} s CPU")
    for rank, issue in enumerate(issues[:10], start=1):
        print(
            f"  {rank}. heat {issue.heat:.1f}: {issue.messages} messages, {issue.supporters} "
            f"supporters, surprise {issue.surprise:.1f}, {issue.first:%F}–{issue.last:%F} | "
            f"{issue.place} | {'、'.join(issue.phrases)}"
        )
    for words in ("搅拌", "车位"):  # a mixing station, and parking spaces tied to sale
        name = next(i.place for i in issues if words in f"{i.phrases}{i.description}")
        about = {
            at
            for at, voice in enumerate(voices)
            if name in (t := voice.message.subject + voice.message.body) and words in t
        }
        best = max(hot_issues(voices, most=None), key=lambda i: len(about & set(i.members)))
        inside = len(about & set(best.members))
        print(
            f"  its place with {words}: {len(about)} messages, {inside} in one issue of "
            f"{len(best.members)}"
        )
    _stability(voices)
    for name, apart in (("one after the other", timedelta(days=400)), ("at once", timedelta())):
        many = [
            Voice(v.message, v.at + apart * turn, v.supporters)
            for turn in range(47)
            for v in voices
        ][:200_000]
        with timed() as clock:
            hot_issues(many)
        print(f"  {len(many):,} messages, {name}, in {clock.seconds:.0f} s CPU", flush=True)
    _repetitive()


def _repetitive() -> None:
    """A year of messages made from 1,440 sentences: more alike than people are."""
    draw = random.Random(1)
    places, ends = (
        ("望江苑", "青石路", "东湖社区", "碧云花园"),
        ("，请尽快", "，一周了", "，老人不便"),
    )
    matters = ("电梯坏了没人修", "垃圾没人清运", "路灯不亮", "停车位不够")
    for count in (5_000, 200_000):
        voices = [
            Voice(
                Message(
                    f"{draw.choice(places)}{draw.randint(1, 30)}号楼"
                    f"{draw.choice(matters)}{draw.choice(ends)}"
                ),
                datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=365 * at / count),
            )
            for at in range(count)
        ]
        with timed() as clock:
            hot_issues(voices)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"  {count:,} repetitive messages in {clock.seconds:.0f} s CPU, peak {peak:.1f} GB")


def _stability(voices: Sequence[Voice]) -> None:
    """A month of days, each starting from the matters of the day before: what was joined stays."""
    last = max(voice.at for voice in voices)
    known: list[int | None] = [None] * len(voices)
    kept = total = 0
    before: list[set[int]] = []
    for day in range(30, -1, -1):
        issues = hot_issues(voices, until=last - timedelta(days=day), known=known, most=None)
        now = [set(issue.members) for issue in issues]
        for old in before:
            total += 1
            kept += any(old <= new for new in now)
        before = now
        for issue in issues:
            for at in issue.members:
                known[at] = issue.matter
    print(f"  30 days one by one: {kept} of {total} issues stayed whole from a day to the next")


def answers() -> None:
    """How often replies of officials have each item, and how fast that is told."""
    rows = residents(4, "留言主题", "留言详情", "答复意见")
    with timed() as clock:
        checks = [check_answer(Message(subject=s, body=b), reply) for s, b, reply in rows]
    shares = {
        check.item: np.mean([c[i].found for c in checks]) for i, check in enumerate(checks[0])
    }
    print(f"Answers: {len(rows)} replies, {len(rows) / clock.seconds:,.0f} a second")
    print("  " + ", ".join(f"{item} {share:.1%}" for item, share in shares.items()), flush=True)
