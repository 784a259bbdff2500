"""The three additions of the rehearsal, from Python. usage: main.py LIBRARY"""
import ctypes
import sys

import _abi

library = _abi.load(sys.argv[1])
assert library.farspan_method_find(_abi.FARSPAN_PART_TEMPERATURE, b"rehearsal") == _abi.FARSPAN_TEMPERATURE_REHEARSAL
mask = _abi.farspan_mask_config(rehearsal=7)
library.farspan_mask_config_init(mask, ctypes.sizeof(mask))
assert mask.rehearsal == 0
right = (ctypes.c_float * 2)(10, 20)
error = _abi.farspan_error(struct_size=ctypes.sizeof(_abi.farspan_error))
assert library.farspan_add_arrays(None, right, 2, right, 2, error) == _abi.FARSPAN_ERROR_NULL_ARGUMENT
assert error.argument == 1 and list(right) == [10, 20]
