# farspan_criterion_test(NAME <name> SOURCES <files> [LIBRARIES <targets>] [TIMEOUT <seconds>])
#
# Adds the executable test_<name>, the ctest entry <name>, and the report results/<name>.xml from which
# scripts/count_results.py counts the single tests. Criterion alone is not strict enough, hence the expression: a run of
# no test at all, a leak and a sanitizer's report all leave its exit code at 0.
function(farspan_criterion_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "farspan_criterion_test needs NAME and SOURCES; not understood: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()

  set(target test_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE farspan_options farspan_test_driver ${arg_LIBRARIES})

  # Tests of the library run once per instruction set (scripts/test.sh); the oracle has none.
  set(labels criterion)
  if(arg_LIBRARIES MATCHES "farspan::|farspan_objects|farspan_static")
    list(APPEND labels isa)
  endif()

  set(report --encoding=C --color=never --xml=${CMAKE_BINARY_DIR}/results/${arg_NAME}.xml)
  if(FARSPAN_PLAIN_TEST_DRIVER)
    set(report) # it prints its counts
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${target} ${report})
  set_tests_properties(${arg_NAME} PROPERTIES
    TIMEOUT ${arg_TIMEOUT}
    LABELS "${labels}"
    FAIL_REGULAR_EXPRESSION "Tested: 0;LeakSanitizer;ERROR: AddressSanitizer;ThreadSanitizer;runtime error:")
endfunction()
