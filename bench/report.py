#!/usr/bin/env python3
"""Joins the JSON files of the benchmark programs into one report, and prints it as a table.

usage: report.py --out bench.json [--peer FILE ...] [--load L] FILE ...

Each FILE is Google Benchmark's JSON. The report is a list of rows
  {name, unit, median, best, runs, spread, percent_of_limit, limit, peers}
`median` and `best` are over the repetitions; `spread` is what the worst of them, or of the limits measured beside them, lacks to the
best; `limit` is the best that the same process measured for the same kind of limit (0: none); percent_of_limit is the median's. A
row that spreads over more than 10 % is marked ~, and a machine that was busy is named below the table. `peers` holds {name, median, ratio} of peers that ran the row of the same name,
ratio being this row's median over theirs; a peer's name is the "peer" of its file's context.
"""
import argparse
import json
import statistics
from pathlib import Path


MOST_SPREAD = 0.10  # of the repetitions of a row on a quiet machine
MOST_LOAD = 0.5  # tasks that want a core, before anything of ours runs


def spread(values):
    return 1 - min(values) / max(values) if max(values) > 0 else 0.0


def read_rows(path):
    """name -> (unit, values of the repetitions, limits)"""
    rows = {}
    for run in json.loads(Path(path).read_text())["benchmarks"]:
        if run.get("run_type") == "aggregate" or run.get("error_occurred"):
            continue
        name = run["run_name"].removesuffix("/real_time").removesuffix("/iterations:1")
        _, values, limits = rows.setdefault(name, (run["label"], [], []))
        values.append(run["value"])
        limits.append(run["limit"])
    return rows


def context_of(path):
    return json.loads(Path(path).read_text())["context"]


def level_limits(rows):
    """name -> limit. Rows that end in the same thread count or instruction set were given the same kind of FMA limit at different moments:
    all get the largest, since a machine that was busy then is no slower."""

    def kind(name, unit):
        parts = name.split("/")
        return (parts[2], unit) if parts[0] == "kernel" else (parts[-1], unit)

    largest = {}
    for name, (unit, _, limits) in rows.items():
        if unit == "GFLOP/s":
            largest[kind(name, unit)] = max(largest.get(kind(name, unit), 0.0), *limits)
    return {
        name: largest.get(kind(name, unit), max(limits)) if max(limits) else 0.0
        for name, (unit, _, limits) in rows.items()
    }


def make_report(files, peers):
    report = []
    peer_rows = [(context_of(path)["peer"], read_rows(path)) for path in peers]
    for path in files:
        rows = read_rows(path)
        for name, limit in level_limits(rows).items():
            unit, values, limits = rows[name]
            median = statistics.median(values)
            others = []
            for peer, theirs_of in peer_rows:
                if name in theirs_of:
                    theirs = statistics.median(theirs_of[name][1])
                    others.append({"name": peer, "median": round(theirs, 3), "ratio": round(median / theirs, 3)})
            report.append(
                {
                    "name": name,
                    "unit": unit,
                    "median": round(median, 3),
                    "best": round(max(values), 3),
                    "runs": len(values),
                    "spread": round(max(spread(values), spread(limits)), 3),
                    "percent_of_limit": round(100 * median / limit, 1) if limit else None,
                    "limit": round(limit, 3),
                    "peers": others,
                }
            )
    return report


def print_table(report):
    width = max(len(row["name"]) for row in report)
    print(f"{'':{width}}   median     best  limit        %  peers (how many times as fast)")
    for row in report:
        percent = "" if row["percent_of_limit"] is None else f"{row['percent_of_limit']:.0f} %"
        limit = f"{row['limit']:8.1f}" if row["limit"] else ""
        peers = ", ".join(f"{p['name']} {p['median']:.0f} (x{p['ratio']:.1f})" for p in row["peers"])
        mark = "~" if row["spread"] > MOST_SPREAD else " "
        print(
            f"{row['name']:{width}} {row['median']:8.1f} {row['best']:8.1f} {limit:8} {percent:>6} {mark} {row['unit']}  {peers}".rstrip()
        )


def print_doubts(report, load, cores):
    """Why the table may be worth little."""
    if load > MOST_LOAD:
        print(
            f"\nBUSY: {load:.1f} tasks wanted one of the {cores} cores before this began. Ratios may hold, nothing else."
        )
    moved = [row for row in report if row["spread"] > MOST_SPREAD]
    if moved:
        worst = max(moved, key=lambda row: row["spread"])
        print(
            f"\n~ {len(moved)} of {len(report)} rows, or their limits, spread over more than {100 * MOST_SPREAD:.0f} %"
            f" ({worst['name']} most: {100 * worst['spread']:.0f} %): other work, or another machine on the same host."
        )


def print_overheads(report):
    """Decoding reads the same bytes under every method, and prefill counts visible pairs: what a method takes beyond none."""
    rates = {tuple(row["name"].split("/", 1)): row["median"] for row in report}
    for (group, case), plain in rates.items():
        if group not in ("decode_none", "price_none"):
            continue
        work = group.removesuffix("_none")
        print(
            f"\n{work} {case}: time over that of "
            + ("keys stored rotated" if work == "decode" else "plain causal attention")
        )
        for (method, other), rate in rates.items():
            if other == case and method.split("_")[0] == work and method != group:
                name = method.removeprefix(work).removeprefix("_") or "rope"
                print(f"  {name:14} {100 * (plain / rate - 1):+6.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--peer", action="append", default=[], type=Path)
    parser.add_argument(
        "--load", type=float, metavar="L", help="load average of the machine before anything of ours ran"
    )
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    report = make_report(arguments.files, arguments.peer)
    arguments.out.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in report) + "\n]\n")
    print_table(report)
    print_overheads(report)
    context = context_of(arguments.files[0])
    load = context["load_avg"][0] if arguments.load is None else arguments.load
    print_doubts(report, load, context["num_cpus"])


if __name__ == "__main__":
    main()
