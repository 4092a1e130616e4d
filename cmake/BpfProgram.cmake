# The BPF program of src/capture/bpf/program, compiled by clang in several variants and put into the binary as read-only data
# (src/capture/bpf/embedded.h). Nothing of this is needed when sysray runs, but a kernel with BTF: bpfimage, which uses
# libbpf, makes images of them that the kernel itself fits to its types.
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
  add_executable(bpfimage ${PROJECT_SOURCE_DIR}/src/capture/bpf/image_main.cc
                          ${PROJECT_SOURCE_DIR}/src/capture/bpf/loading_steps.cc)
  target_include_directories(bpfimage PRIVATE ${PROJECT_BINARY_DIR}/include/base ${PROJECT_BINARY_DIR}/include/capture)
  target_link_libraries(bpfimage PRIVATE ${SYSRAY_LIBBPF})
  # Each type of the kernel's that a program names takes time at start. So there are several, which differ in whether they
  # note what is behind descriptors, and whether they observe without ptrace.
  set(images)
  foreach(observe IN ITEMS 0 1)
    foreach(files IN ITEMS 0 1)
      set(object ${PROJECT_BINARY_DIR}/capture${observe}${files}.bpf.o)
      set(image${observe}${files} ${PROJECT_BINARY_DIR}/capture${observe}${files}.bpf.image)
      list(APPEND images ${image${observe}${files}})
      # The system's headers for the BPF target, which has no directory of its own for those of the machine.
      add_custom_command(OUTPUT ${object} VERBATIM
        COMMAND ${SYSRAY_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter
                -DBPF_OBSERVE=${observe} -DBPF_FILES=${files}
                -I${PROJECT_BINARY_DIR}/include/describe -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
                -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=. -c ${program}/capture.bpf.c -o ${object}
        DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/src/describe/capture_ops.h
        COMMENT "Compiling the BPF program")
      add_custom_command(OUTPUT ${image${observe}${files}} VERBATIM
        COMMAND bpfimage ${object} ${image${observe}${files}} DEPENDS bpfimage ${object}
        COMMENT "Making the image of the BPF program")
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT [=[
.section .rodata
.global sysray_bpf_images
.balign 16
image00: .incbin "@image00@"
.balign 16
image01: .incbin "@image01@"
.balign 16
image10: .incbin "@image10@"
.balign 16
image11: .incbin "@image11@"
.section .data.rel.ro, "aw", %progbits
.balign 8
sysray_bpf_images: .quad image00, image01, image10, image11
.section .note.GNU-stack, "", %progbits
]=])
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${images}")
  target_sources(${target} PRIVATE ${assembly})
  target_compile_definitions(${target} PUBLIC SYSRAY_BPF)
endfunction()
