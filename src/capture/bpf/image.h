// The image of the BPF programs, as it is built and linked into the binary: what the kernel is given to make the maps
// and to load the programs, linked with each other but not yet with its own types. So neither libbpf nor the kernel's
// types are read at start.
#pragma once

#include "base/types.h"

namespace sysray::capture::bpf {

// Bytes of the image from its beginning.
struct ImageRange {
  u32 at;
  u32 size;
};

// Arrays of these follow in this order: maps, programs, types, links. Then what the ranges name, each part at a
// multiple of 8.
struct ImageHead {
  u32 maps;
  u32 programs;
  u32 types;
  u32 links;
  ImageRange btf;
  u32 apart[2];
};

// As in bpf_attr.
struct ImageMap {
  char name[16];
  u32 type;
  u32 key_size;
  u32 value_size;
  u32 entries;
  u32 flags;
  u32 key_type;
  u32 value_type;
  u32 constant;  // its only value is not to change from when it is loaded
};

struct ImageProgram {
  char name[16];
  u32 type;
  u32 attach_type;
  u32 flags;
  u32 attach_point;  // one more than the number of an ImageType; 0: none
  ImageRange instructions;
  ImageRange functions;
  u32 function_size;  // of an entry
  u32 relocation_size;
  ImageRange relocations;
  ImageRange license;
};

// A type of the kernel's that is found by its name.
struct ImageType {
  char name[44];
  u32 kind;
};

// An instruction into which the number of a type is put.
struct ImageLink {
  u32 program;
  u32 instruction;
  u32 type;
};

}  // namespace sysray::capture::bpf
