// The image of the BPF programs in the binary (image.h, cmake/BpfProgram.cmake).
#pragma once

extern "C" {
extern const unsigned char sysray_bpf_blob[];
extern const unsigned char sysray_bpf_blob_end[];
}
