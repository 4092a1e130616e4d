# The descriptions, compiled by describec, as read-only data of the target sysray_model:
#   extern "C" const unsigned char sysray_model_blob[], sysray_model_blob_end[];      // tables of describe::Model
#   extern "C" const unsigned char sysray_sources_blob[], sysray_sources_blob_end[];  // the text, zstd
# src/describe/built_in.cc gives access to them.
function(sysray_embed_descriptions)
  if(NOT TARGET describec OR NOT EXISTS ${PROJECT_SOURCE_DIR}/src/describe/built_in.cc)
    add_library(sysray_model INTERFACE)
    return()
  endif()
  set(model ${PROJECT_BINARY_DIR}/model.blob)
  set(sources ${PROJECT_BINARY_DIR}/sources.zst)
  set(assembly ${PROJECT_BINARY_DIR}/embedded.S)
  # Names relative to the project: they are shown to users.
  file(GLOB_RECURSE descriptions CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} descriptions/*.desc)
  list(TRANSFORM descriptions PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
  add_custom_command(OUTPUT ${model} ${sources} VERBATIM
    COMMAND describec -o ${model} --sources ${sources} ${descriptions}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    DEPENDS describec ${paths}
    COMMENT "Compiling the descriptions")
  file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT [=[
.section .rodata
.macro embed name, file
.balign 16
.global \name
\name:
.incbin "\file"
.global \name\()_end
\name\()_end:
.byte 0
.endm
embed sysray_model_blob, "@model@"
embed sysray_sources_blob, "@sources@"
.section .note.GNU-stack, "", %progbits
]=])
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${model};${sources}")
  add_library(sysray_model STATIC ${PROJECT_SOURCE_DIR}/src/describe/built_in.cc ${assembly})
  target_link_libraries(sysray_model PUBLIC sysray_describe)
endfunction()
