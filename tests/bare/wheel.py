"""Runs the examples of a README with the package that is installed: those that need NumPy alone."""
import re
import sys

import farspan

blocks = re.findall(r"```python\n(.*?)```", open(sys.argv[1]).read(), re.S)
blocks = [block for block in blocks if "torch" not in block and "transformers" not in block]
assert blocks and "site-packages" in farspan.__file__
for block in blocks:
    exec(block, {})
print(f"installed: farspan {farspan.version()}, {len(blocks)} examples")
