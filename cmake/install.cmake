# cmake --install: headers, both libraries, a CMake package (find_package(farspan)) and a pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS farspan farspan_static farspan_options
  EXPORT farspan-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT farspan-targets
  NAMESPACE farspan::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/farspan)

configure_package_config_file(cmake/farspan-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/farspan-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/farspan)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/farspan-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/farspan-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/farspan-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/farspan)

configure_file(cmake/farspan.pc.in ${CMAKE_CURRENT_BINARY_DIR}/farspan.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/farspan.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
