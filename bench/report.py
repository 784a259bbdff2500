#!/usr/bin/env python3
"""Joins the JSON files of the benchmark programs into one report, and prints it as a table.

usage: report.py --out bench.json [--peer FILE ...] FILE ...

Each FILE is Google Benchmark's JSON. The report is a list of rows
  {name, unit, median, best, runs, percent_of_limit, limit, peers}
`median` and `best` are over the repetitions; `limit` is the best that the same process measured for the same kind of limit
(0: none); percent_of_limit is the median's. `peers` holds {name, median, ratio} of peers that ran the row of the same name,
ratio being this row's median over theirs; a peer's name is the "peer" of its file's context.
"""
import argparse
import json
import statistics
from pathlib import Path


def read_rows(path):
    """name -> (unit, values of the repetitions, largest limit)"""
    rows = {}
    for run in json.loads(Path(path).read_text())["benchmarks"]:
        if run.get("run_type") == "aggregate" or run.get("error_occurred"):
            continue
        name = run["run_name"].removesuffix("/real_time").removesuffix("/iterations:1")
        unit, values, limit = rows.get(name, (run["label"], [], 0.0))
        values.append(run["value"])
        rows[name] = (unit, values, max(limit, run["limit"]))
    return rows


def level_limits(rows):
    """Rows that end in the same thread count or instruction set were given the same kind of FMA limit at different moments:
    all get the largest, since a machine that was busy then is no slower."""

    def kind(name, unit):
        parts = name.split("/")
        return (parts[2], unit) if parts[0] == "kernel" else (parts[-1], unit)

    largest = {}
    for name, (unit, _, limit) in rows.items():
        if unit == "GFLOP/s":
            largest[kind(name, unit)] = max(largest.get(kind(name, unit), 0.0), limit)
    return {
        name: (unit, values, largest.get(kind(name, unit), limit) if limit else 0.0)
        for name, (unit, values, limit) in rows.items()
    }


def make_report(files, peers):
    report = []
    peer_rows = [(json.loads(path.read_text())["context"]["peer"], read_rows(path)) for path in peers]
    for path in files:
        for name, (unit, values, limit) in level_limits(read_rows(path)).items():
            median = statistics.median(values)
            others = []
            for peer, rows in peer_rows:
                if name in rows:
                    theirs = statistics.median(rows[name][1])
                    others.append({"name": peer, "median": round(theirs, 3), "ratio": round(median / theirs, 3)})
            report.append(
                {
                    "name": name,
                    "unit": unit,
                    "median": round(median, 3),
                    "best": round(max(values), 3),
                    "runs": len(values),
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
        print(
            f"{row['name']:{width}} {row['median']:8.1f} {row['best']:8.1f} {limit:8} {percent:>6}  {row['unit']}  {peers}".rstrip()
        )


def print_overheads(report):
    """Decoding reads the same bytes under every method: what a method takes beyond a plain product of keys stored rotated."""
    rates = {tuple(row["name"].split("/", 1)): row["median"] for row in report if row["name"].startswith("decode")}
    for (group, case), plain in rates.items():
        if group != "decode_none":
            continue
        print(f"\ndecode {case}: time over that of keys stored rotated")
        for (method, other), rate in rates.items():
            if other == case and method != group:
                name = method.removeprefix("decode").removeprefix("_") or "rope"
                print(f"  {name:14} {100 * (plain / rate - 1):+6.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--peer", action="append", default=[], type=Path)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    report = make_report(arguments.files, arguments.peer)
    arguments.out.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in report) + "\n]\n")
    print_table(report)
    print_overheads(report)


if __name__ == "__main__":
    main()
