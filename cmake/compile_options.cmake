# farspan_options: what every source of the project is compiled with.
#   -ffp-contract=off   the arithmetic is what the source says; kernels fuse explicitly
#   no -ffast-math      anywhere, compile or link: it would change the host's floating-point mode at dlopen
add_library(farspan_options INTERFACE)
target_compile_options(farspan_options INTERFACE
  -ffp-contract=off
  -Wall -Wextra -Wshadow -Wpointer-arith -Wvla
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wno-sign-conversion -Wnon-virtual-dtor>
  $<$<BOOL:${FARSPAN_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 11)
  target_compile_options(farspan_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-include$<SEMICOLON>${CMAKE_CURRENT_LIST_DIR}/before_gcc11.hpp>)
endif()

if(FARSPAN_SANITIZE)
  add_compile_options(-fsanitize=${FARSPAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FARSPAN_SANITIZE})
endif()
