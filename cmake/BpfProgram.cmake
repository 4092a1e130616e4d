# The BPF program of src/capture/bpf/program, compiled by clang and put into the binary as read-only data:
#   extern "C" const unsigned char sysray_bpf_blob[], sysray_bpf_files_blob[];
# The second one also notes what is behind descriptors.
# Nothing of this is needed when sysray runs, but a kernel with BTF: bpfimage, which uses libbpf, makes an image of it that
# the kernel itself links.
option(SYSRAY_BPF "Build the BPF backend (needs clang, libbpf)" ON)

function(sysray_embed_bpf target)
  if(NOT SYSRAY_BPF)
    return()
  endif()
  find_program(SYSRAY_BPF_CLANG NAMES clang-14 clang)
  if(NOT SYSRAY_BPF_CLANG OR NOT BPF_LIBRARY)
    message(FATAL_ERROR "The BPF backend needs clang and libbpf (scripts/install-deps build installs them); "
                        "configure with -DSYSRAY_BPF=OFF to build without it.")
  endif()
  set(program ${PROJECT_SOURCE_DIR}/src/capture/bpf/program)
  set(assembly ${PROJECT_BINARY_DIR}/bpf_program.S)
  file(GLOB sources CONFIGURE_DEPENDS ${program}/*)
  add_executable(bpfimage ${PROJECT_SOURCE_DIR}/src/capture/bpf/image_main.cc)
  target_include_directories(bpfimage PRIVATE ${PROJECT_BINARY_DIR}/include/base ${PROJECT_BINARY_DIR}/include/capture)
  target_link_libraries(bpfimage PRIVATE ${SYSRAY_LIBBPF})
  # Each type of the kernel's that a program names takes time at start: only one of the two names those of files.
  foreach(files IN ITEMS 0 1)
    set(object ${PROJECT_BINARY_DIR}/capture${files}.bpf.o)
    set(image${files} ${PROJECT_BINARY_DIR}/capture${files}.bpf.image)
    # The system's headers for the BPF target, which has no directory of its own for those of the machine.
    add_custom_command(OUTPUT ${object} VERBATIM
      COMMAND ${SYSRAY_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -DBPF_FILES=${files}
              -I${PROJECT_BINARY_DIR}/include/describe -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
              -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=. -c ${program}/capture.bpf.c -o ${object}
      DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/src/describe/capture_ops.h
      COMMENT "Compiling the BPF program")
    add_custom_command(OUTPUT ${image${files}} VERBATIM
      COMMAND bpfimage ${object} ${image${files}} DEPENDS bpfimage ${object} COMMENT "Making the image of the BPF program")
  endforeach()
  file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT [=[
.section .rodata
.balign 16
.global sysray_bpf_blob
sysray_bpf_blob:
.incbin "@image0@"
.balign 16
.global sysray_bpf_files_blob
sysray_bpf_files_blob:
.incbin "@image1@"
.byte 0
.section .note.GNU-stack, "", %progbits
]=])
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${image0};${image1}")
  target_sources(${target} PRIVATE ${assembly})
  target_compile_definitions(${target} PUBLIC SYSRAY_BPF)
endfunction()
