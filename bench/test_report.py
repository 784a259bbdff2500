#!/usr/bin/env python3
"""What report.py says of measurements that spread, and of a busy machine."""
import io
import json
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

import report


def measured(rows):
    """Google Benchmark's JSON of {name: [(value, limit) of each repetition]}, in GB/s."""
    runs = [
        {"run_type": "iteration", "run_name": name, "label": "GB/s", "value": value, "limit": limit}
        for name, repetitions in rows.items()
        for value, limit in repetitions
    ]
    return {"context": {"num_cpus": 2, "load_avg": [0.0, 0.0, 0.0]}, "benchmarks": runs}


class Doubts(unittest.TestCase):
    def report_of(self, rows, load=0.1):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.json")
            path.write_text(json.dumps(measured(rows)))
            made, said = report.make_report([path], []), io.StringIO()
            with redirect_stdout(said):
                report.print_table(made)
                report.print_doubts(made, load, cores=2)
        return made, said.getvalue()

    def test_a_quiet_machine(self):
        made, said = self.report_of({"decode/t1": [(20.0, 30.0), (19.0, 29.0), (19.5, 30.0)]})
        self.assertEqual(made[0]["spread"], 0.05)
        self.assertEqual((made[0]["median"], made[0]["limit"], made[0]["percent_of_limit"]), (19.5, 30.0, 65.0))
        self.assertNotIn("~", said)
        self.assertNotIn("BUSY", said)

    def test_values_that_spread(self):
        made, said = self.report_of({"decode/t1": [(20.0, 30.0), (15.0, 30.0)], "copy/t1": [(9.0, 0.0), (9.0, 0.0)]})
        self.assertEqual([row["spread"] for row in made], [0.25, 0.0])
        self.assertIn("~ 1 of 2 rows", said)
        self.assertIn("decode/t1 most: 25 %", said)

    def test_a_limit_that_moves(self):
        made, said = self.report_of({"decode/t1": [(20.0, 30.0), (20.0, 24.0)]})
        self.assertEqual((made[0]["spread"], made[0]["limit"]), (0.2, 30.0))
        self.assertIn("~ 1 of 1 rows", said)

    def test_load(self):
        self.assertIn("BUSY: 1.9 tasks wanted one of the 2 cores", self.report_of({"a/t1": [(1.0, 2.0)]}, load=1.9)[1])


if __name__ == "__main__":
    unittest.main()
