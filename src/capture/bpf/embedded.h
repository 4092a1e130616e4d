// The images of the BPF programs in the binary (image.h, cmake/BpfProgram.cmake).
#pragma once

extern "C" {
extern const unsigned char sysray_bpf_blob[];
extern const unsigned char sysray_bpf_files_blob[];  // it notes files of descriptors as well
}
