// LoadingSteps: what libbpf's loading program ("light skeleton") would have the kernel do. It is run here, in the
// build, against a kernel that only takes notes.
#pragma once

#include <linux/bpf.h>

#include <span>
#include <string>
#include <vector>

#include "base/types.h"

namespace sysray::capture::bpf {

struct WantedType {
  std::string name;
  u32 kind = 0;
};

struct ProgramStep {
  bpf_attr attr{};
  std::string instructions, functions, relocations, license;
};

struct LoadingSteps {
  std::string btf;
  std::vector<bpf_attr> maps;
  std::vector<bool> constant;
  std::vector<ProgramStep> programs;
  // What the numbers first_type, first_type + 1 … stand for.
  std::vector<WantedType> types;
  static constexpr u32 first_type = 0x40000000;
};

// `data` is what the loading program works on. Throws std::runtime_error where it does what isn't expected.
LoadingSteps follow_loading(std::span<const bpf_insn> instructions, std::string data);

}  // namespace sysray::capture::bpf
