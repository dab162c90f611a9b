"""Figures of the measurement engine: `python -m benchmarks.measurement [--runs N] [--seed N]`.

Coverage of every interval, false alarms of every signal, and time beside statsmodels and networkx.
"""

import argparse

from benchmarks import measurement_alarms, measurement_coverage, measurement_speed


def main() -> None:
    """Run the three parts and print one table each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="draws for each case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=["coverage", "alarms", "speed", "all"], default="all")
    asked = parser.parse_args()
    if asked.part in {"coverage", "all"}:
        print(f"{'interval':28}{'case':34}{'covered %':>10}{'promised %':>11}{'off':>7}")
        for row in measurement_coverage.everything(asked.seed, asked.runs):
            figures = f"{100 * row.covered:10.2f}{100 * row.promise:11.2f}{row.off:+7.2f}"
            print(f"{row.what:28}{row.case:34}{figures}", flush=True)
    if asked.part in {"alarms", "all"}:
        print(f"\n{'false alarms':56}{'drawn %':>10}{'stated %':>10}")
        for alarm in measurement_alarms.everything(asked.seed, asked.runs):
            stated = "" if alarm.stated is None else f"{100 * alarm.stated:.2f}"
            print(f"{alarm.what:56}{100 * alarm.drawn:10.2f}{stated:>10}", flush=True)
    if asked.part in {"speed", "all"}:
        print(f"\n{'CPU milliseconds':44}{'ours':>10}{'peer':>10}{'ratio':>8}")
        for timing in measurement_speed.everything(asked.seed, repeats=3):
            beside = ""
            if timing.peer is not None:
                ratio = timing.peer / timing.ours
                beside = f"{1000 * timing.peer:10.2f}{ratio:8.1f}  {timing.peer_name}"
            print(f"{timing.what:44}{1000 * timing.ours:10.2f}{beside}", flush=True)


if __name__ == "__main__":
    main()
