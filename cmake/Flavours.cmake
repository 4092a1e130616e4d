# Compiler settings for every target; a preset chooses among them (CMakePresets.json).
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

set(SYSRAY_SANITIZE "" CACHE STRING "Sanitizers of the build: a value of -fsanitize=")
option(SYSRAY_COVERAGE "Measure the coverage of the tests" OFF)
option(SYSRAY_FUZZ "Build the fuzzers (clang)" OFF)

add_compile_options(-Wall -Wextra -Werror)
if(SYSRAY_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${SYSRAY_SANITIZE}> -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  # The check of a blob reads records that may hold any bytes, bool members among them: it refuses them afterwards.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=bool>)
  add_compile_options(
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitizer-ignore>)
  # g++ 12 takes <functional> and <regex> for uninitialised under the sanitizers.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options($<$<LINK_LANGUAGE:CXX>:-fsanitize=${SYSRAY_SANITIZE}>)
endif()
if(SYSRAY_FUZZ)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
endif()
if(SYSRAY_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
