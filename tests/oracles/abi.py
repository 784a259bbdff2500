"""The structs and functions of the C interface as tools/describe writes them for the Python package, without the package around them."""
import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("_abi", Path(__file__).resolve().parents[2] / "python/farspan/_abi.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
globals().update({name: value for name, value in vars(_module).items() if not name.startswith("_")})
