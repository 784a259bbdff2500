# farspan_test_locales: locales that the tests set, compiled into the build folder. A decimal comma, a decimal separator of two
# bytes, and letters whose lower case is not that of English. test_locales.hpp sets them.
include_guard(GLOBAL)
find_program(LOCALEDEF localedef REQUIRED)
set(sources /usr/share/i18n/locales) # Debian: locales
if(NOT EXISTS ${sources}/de_DE)
  message(FATAL_ERROR "The tests need the sources of locales in ${sources} (Debian: locales)")
endif()
set(folder ${CMAKE_BINARY_DIR}/tests/locales)
set(outputs)
foreach(locale de_DE.UTF-8 ps_AF.UTF-8 tr_TR.ISO-8859-9)
  string(REGEX MATCH "^[^.]*" language ${locale})
  string(REGEX MATCH "[^.]*$" charmap ${locale})
  add_custom_command(OUTPUT ${folder}/${locale}/LC_NUMERIC
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${LOCALEDEF} -i ${language} -f ${charmap} ${folder}/${locale}
    COMMENT "Compiling locale ${locale}" VERBATIM)
  list(APPEND outputs ${folder}/${locale}/LC_NUMERIC)
endforeach()
add_custom_target(farspan_test_locales DEPENDS ${outputs})

# Lets a target include test_locales.hpp.
function(farspan_use_test_locales target)
  add_dependencies(${target} farspan_test_locales)
  target_compile_definitions(${target} PRIVATE FARSPAN_TEST_LOCALES="${CMAKE_BINARY_DIR}/tests/locales")
endfunction()
