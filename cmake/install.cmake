# cmake --install: headers, both libraries, a CMake package (find_package(farspan)) and a pkg-config file. All of it may be
# moved to another place afterwards.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/farspan)

# Two export sets, so that users of the shared library need not have oneTBB's development files. With FARSPAN_SELF_CONTAINED no static
# library is installed: it would need an oneTBB that is not.
install(TARGETS farspan
  EXPORT farspan-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT farspan-targets NAMESPACE farspan:: DESTINATION ${package_dir})
if(NOT FARSPAN_SELF_CONTAINED)
  install(TARGETS farspan_static
    EXPORT farspan-static-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT farspan-static-targets NAMESPACE farspan:: DESTINATION ${package_dir})
endif()

configure_package_config_file(cmake/farspan-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/farspan-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/farspan-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/farspan-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/farspan-config-version.cmake
  DESTINATION ${package_dir})

# Paths of the pkg-config file, relative to where it is found.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${pc_dir} OUTPUT_VARIABLE pc_to_prefix)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE pc_includedir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE pc_libdir)
set(pc_files farspan)
if(NOT FARSPAN_SELF_CONTAINED)
  list(APPEND pc_files farspan-static)
endif()
foreach(name IN LISTS pc_files)
  configure_file(cmake/${name}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
