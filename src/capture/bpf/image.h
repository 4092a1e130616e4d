// The image of the BPF programs, as it is built and linked into the binary: a program that the kernel runs to make the
// maps and to load the capture programs, fitted to its own types ("light skeleton" of libbpf). So neither libbpf nor
// the kernel's types are read at start.
#pragma once

#include "base/types.h"

namespace sysray::capture::bpf {

// Names follow: of the maps, then of the programs. Then the loader's data, and its instructions.
struct ImageHead {
  u32 maps;
  u32 programs;
  u32 data_size;  // a multiple of 8, like the size of the head with the names
  u32 instructions_size;
  u32 ring_size_at;  // where in the data the size of a ring is to be put in
  u32 pad;
};

struct ImageName {
  char text[16];
};

}  // namespace sysray::capture::bpf
