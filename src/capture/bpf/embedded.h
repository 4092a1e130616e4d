// The compiled BPF program in the binary (cmake/BpfProgram.cmake).
#pragma once

extern "C" {
extern const unsigned char sysray_bpf_blob[];
extern const unsigned char sysray_bpf_blob_end[];
}
