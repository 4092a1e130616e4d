// The images of the BPF programs in the binary (image.h, cmake/BpfProgram.cmake).
#pragma once

// The second of a pair notes what is behind descriptors as well; the second pair observes without ptrace.
extern "C" const unsigned char* const sysray_bpf_images[4];
