# TBB::tbb. Usually the system's shared library. With FARSPAN_SELF_CONTAINED a static one: built from FARSPAN_ONETBB_SOURCE (a tree of
# oneTBB's sources; scripts/onetbb-source.sh fetches one), or a static package that find_package finds.
#
# oneTBB advises against linking it statically, since two copies in a process have two pools of threads. Here its symbols are hidden, no
# task crosses from one copy to another, and each copy asks for no more threads than the process may use.
if(NOT FARSPAN_SELF_CONTAINED)
  find_package(TBB REQUIRED)
  return()
endif()

if(FARSPAN_ONETBB_SOURCE)
  cmake_path(ABSOLUTE_PATH FARSPAN_ONETBB_SOURCE OUTPUT_VARIABLE onetbb_source)
  if(NOT EXISTS ${onetbb_source}/include/oneapi/tbb.h)
    message(FATAL_ERROR "FARSPAN_ONETBB_SOURCE is ${FARSPAN_ONETBB_SOURCE}: no include/oneapi/tbb.h there")
  endif()
  function(farspan_add_onetbb) # what is set here ends with it
    set(BUILD_SHARED_LIBS OFF)
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # its options are these variables
    set(TBB_TEST OFF)
    set(TBB_STRICT OFF)
    set(TBB_INSTALL OFF)
    set(TBBMALLOC_BUILD OFF)
    set(TBB_ENABLE_IPO OFF)
    set(TBB_DISABLE_HWLOC_AUTOMATIC_SEARCH ON)
    set(CMAKE_MESSAGE_LOG_LEVEL ERROR) # it warns of what is said above
    add_subdirectory(${onetbb_source} ${PROJECT_BINARY_DIR}/onetbb EXCLUDE_FROM_ALL SYSTEM)
    # Plain names, at a place that rust-sys/build.rs knows.
    set_target_properties(tbb PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/onetbb OUTPUT_NAME tbb DEBUG_POSTFIX "")
  endfunction()
  farspan_add_onetbb()
else()
  find_package(TBB REQUIRED)
  get_target_property(onetbb_type TBB::tbb TYPE)
  if(NOT onetbb_type STREQUAL STATIC_LIBRARY)
    message(FATAL_ERROR "FARSPAN_SELF_CONTAINED needs a static oneTBB, and the installed one is shared. "
                        "Set FARSPAN_ONETBB_SOURCE to a tree of its sources (scripts/onetbb-source.sh fetches one)")
  endif()
endif()
