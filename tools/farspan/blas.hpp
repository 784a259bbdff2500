// OpenBLAS chooses its kernels when it is loaded. A release that is older than the processor does not know its name and
// falls back to kernels of 2004 (measured here: 3 times slower). The choice can be overridden in the environment only.
#pragma once

namespace tool {

// If OpenBLAS fell back although the processor has AVX2, starts the program again with OPENBLAS_CORETYPE set. Does
// nothing if that variable is set already. Call it first in main().
void restart_with_fast_blas(char** argv);

}  // namespace tool
