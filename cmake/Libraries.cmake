# The libraries that the programs are made of. Their archives are linked, so that a program needs nothing but libc: it
# starts faster (no symbols to look up in a dozen libraries) and can be copied into a container.
option(SYSRAY_SHARED_LIBRARIES "Link shared libraries where there are archives" OFF)
if(SYSRAY_SANITIZE)
  set(SYSRAY_SHARED_LIBRARIES ON)  # the sanitizers' runtime replaces functions of the C++ library
endif()
if(NOT SYSRAY_SHARED_LIBRARIES)
  set(shared_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

find_package(fmt REQUIRED)  # header-only: Debian has no archive of it
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_library(DW_LIBRARY dw REQUIRED)
find_library(ELF_LIBRARY elf REQUIRED)
find_library(Z_LIBRARY z REQUIRED)
find_library(LZMA_LIBRARY lzma REQUIRED)
find_library(BZ2_LIBRARY bz2 REQUIRED)
find_library(BPF_LIBRARY bpf)
if(NOT SYSRAY_SHARED_LIBRARIES)
  set(CMAKE_FIND_LIBRARY_SUFFIXES ${shared_suffixes})
endif()

set(SYSRAY_FMT fmt::fmt-header-only)
set(SYSRAY_ZSTD ${ZSTD_LIBRARY})
set(SYSRAY_DW ${DW_LIBRARY} ${ELF_LIBRARY} ${Z_LIBRARY} ${LZMA_LIBRARY} ${BZ2_LIBRARY} ${ZSTD_LIBRARY})
set(SYSRAY_LIBBPF ${BPF_LIBRARY} ${ELF_LIBRARY} ${Z_LIBRARY})
