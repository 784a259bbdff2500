# farspan_test_support: test data, the translation of schemes to the oracle and attention by definition.
include_guard(GLOBAL)
set(support ${PROJECT_SOURCE_DIR}/tests/support)
add_library(farspan_test_support STATIC
  ${support}/attention_case.cpp
  ${support}/definition.cpp
  ${support}/expect_attention.cpp
  ${support}/expect_gradient.cpp
  ${support}/gradient_case.cpp
  ${support}/handles.cpp
  ${support}/int8_rows.cpp
  ${support}/number_types.cpp
  ${support}/oracle_frequencies.cpp
  ${support}/random_scheme.cpp
  ${support}/scheme_oracle.cpp
  ${support}/scheme_spec.cpp
  ${support}/tensor_data.cpp)
target_include_directories(farspan_test_support PUBLIC ${support})
target_link_libraries(farspan_test_support PUBLIC farspan_oracle farspan::farspan PRIVATE farspan_options)
