# One library target a folder of src/, and the enforcement of its include directions.
#
# Headers are included as "folder/file.h". No target has src/ on its include path: each folder has a directory
# include/<folder> in the build that holds nothing but a link <folder> -> src/<folder>, and a target gets the
# directories of the folders it depends on (and of those that their headers need in turn).

function(sysray_include_farm folder)
  set(farm ${PROJECT_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${farm})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${folder} ${farm}/${folder} SYMBOLIC)
endfunction()

# sysray_library(NAME [DEPENDS folder...] [LINK library...] [DEFINE macro...]): target sysray_NAME of all src/NAME/**/*.cc. Left out are
# *_main.cc (programs), built_in.cc (needs the compiled descriptions: Embed.cmake), loading_steps.cc (bpfimage's). A folder without sources gives
# a target of headers alone; one that does not exist, an empty target.
function(sysray_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LINK;DEFINE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(_main|/built_in|/loading_steps)\\.cc$")
  if(NOT SYSRAY_BPF)
    list(FILTER sources EXCLUDE REGEX "/capture/bpf/")
  endif()
  set(target sysray_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/src/${name})
    sysray_include_farm(${name})
    target_include_directories(${target} ${scope} ${PROJECT_BINARY_DIR}/include/${name})
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND sysray_)
  target_link_libraries(${target} ${scope} ${arg_DEPENDS} ${arg_LINK})
  if(sources)
    target_compile_definitions(${target} PRIVATE ${arg_DEFINE})
  endif()

  # What the target sees, for the test that proves the directions (tests/include_directions).
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/include/${name}.dirs
       CONTENT "$<JOIN:$<TARGET_GENEX_EVAL:${target},$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>>,\n>\n")
endfunction()

# sysray_program(NAME SOURCES file... DEPENDS folder...): an executable in the top of the build directory; nothing
# if its sources do not exist.
function(sysray_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  foreach(source IN LISTS arg_SOURCES)
    if(NOT EXISTS ${source})
      return()
    endif()
  endforeach()
  add_executable(${name} ${arg_SOURCES})
  list(TRANSFORM arg_DEPENDS PREPEND sysray_)
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()
