# kernels.neon on a host that is not AArch64: the kernels and check_kernels are cross-compiled, linked statically and run
# under an emulator. Without a cross compiler or emulator the entry is there and says that it was skipped.
find_program(AARCH64_CXX aarch64-linux-gnu-g++)
find_program(QEMU_AARCH64 NAMES qemu-aarch64 qemu-aarch64-static)
find_path(XSIMD_INCLUDE_DIR xsimd/xsimd.hpp)

if(NOT AARCH64_CXX OR NOT QEMU_AARCH64 OR NOT XSIMD_INCLUDE_DIR)
  add_test(NAME kernels.neon COMMAND ${CMAKE_COMMAND} -E echo
    "SKIPPED: the NEON kernels need aarch64-linux-gnu-g++ and qemu-aarch64 (found '${AARCH64_CXX}', '${QEMU_AARCH64}')")
  set_tests_properties(kernels.neon PROPERTIES LABELS kernels SKIP_REGULAR_EXPRESSION "^SKIPPED")
  message(WARNING "kernels.neon will be skipped: no AArch64 cross compiler or no emulator")
  return()
endif()

# Only xsimd's headers, which serve every architecture, and nothing else of the host's include folder.
set(directory ${CMAKE_CURRENT_BINARY_DIR}/aarch64)
file(MAKE_DIRECTORY ${directory}/include)
file(CREATE_LINK ${XSIMD_INCLUDE_DIR}/xsimd ${directory}/include/xsimd SYMBOLIC)

set(objects)
set(kernel_sources dispatch.cpp isa_scalar.cpp isa_neon.cpp)
list(TRANSFORM kernel_sources PREPEND ${PROJECT_SOURCE_DIR}/src/kernels/)
list(TRANSFORM check_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE emulated_sources)
foreach(source IN LISTS kernel_sources emulated_sources)
  get_filename_component(name ${source} NAME_WE)
  set(object ${directory}/${name}.o)
  set(flags -O1)
  if(name MATCHES "^isa_") # as in src/kernels/CMakeLists.txt
    set(flags -O3 -fno-tree-vectorize -fno-tree-slp-vectorize -fno-exceptions -Wno-psabi)
  endif()
  add_custom_command(OUTPUT ${object}
    COMMAND ${AARCH64_CXX} -std=c++20 -ffp-contract=off -fPIC -fvisibility=hidden -Wall -Wextra ${flags} -DFARSPAN_BUILT_NEON
            -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/src -I${CMAKE_CURRENT_SOURCE_DIR}
            -isystem ${directory}/include -MMD -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Building ${name} for AArch64"
    VERBATIM)
  list(APPEND objects ${object})
endforeach()
add_custom_command(OUTPUT ${directory}/check_kernels
  COMMAND ${AARCH64_CXX} -static ${objects} -o ${directory}/check_kernels
  DEPENDS ${objects}
  VERBATIM)
add_custom_target(check_kernels_aarch64 ALL DEPENDS ${directory}/check_kernels)

add_test(NAME kernels.neon COMMAND ${QEMU_AARCH64} ${directory}/check_kernels --isa neon)
set_tests_properties(kernels.neon PROPERTIES LABELS kernels TIMEOUT 900)
