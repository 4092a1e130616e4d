#include "capture/bpf/loading_steps.h"

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <stdexcept>

namespace sysray::capture::bpf {
namespace {

constexpr u32 btf_file = 1000, first_map = 2000, first_program = 3000;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("the loading program " + what); }

std::string bytes_at(u64 address, size_t size) { return {reinterpret_cast<const char*>(address), size}; }

// The part of the BPF machine that such programs use. Addresses are those of this process.
class Machine {
 public:
  Machine(std::span<const bpf_insn> instructions, std::string data)
      : instructions_(instructions), data_(std::move(data)), context_(1 << 12), stack_(512) {}

  LoadingSteps run();

 private:
  void step();
  void jump_if(const bpf_insn& insn, bool taken) {
    if (taken) next_ += static_cast<size_t>(insn.off);
  }
  void branch(const bpf_insn& insn);
  void calculate(const bpf_insn& insn);
  u64 call(s32 helper);
  u64 ask_kernel(u64 command, const bpf_attr& attr);
  void fill(const bpf_attr& attr) const;
  u64 load(const bpf_attr& attr);
  u64 find_type(std::string_view name, u32 kind);

  std::span<const bpf_insn> instructions_;
  std::string data_;
  std::vector<char> context_, stack_;
  u64 registers_[11]{};
  size_t next_ = 0;
  bool done_ = false;
  LoadingSteps steps_;
};

LoadingSteps Machine::run() {
  registers_[1] = reinterpret_cast<u64>(context_.data());
  registers_[10] = reinterpret_cast<u64>(stack_.data() + stack_.size());
  while (!done_) {
    if (next_ >= instructions_.size()) refuse("runs away");
    step();
  }
  if (static_cast<s32>(registers_[0]) < 0) refuse("fails: " + std::to_string(static_cast<s32>(registers_[0])));
  return std::move(steps_);
}

u64 size_of(u8 code) {
  switch (BPF_SIZE(code)) {
    case BPF_B: return 1;
    case BPF_H: return 2;
    case BPF_W: return 4;
    default: return 8;
  }
}

void Machine::step() {
  const bpf_insn& insn = instructions_[next_++];
  u64& to = registers_[insn.dst_reg];
  const u64 from = registers_[insn.src_reg];
  auto place = [&insn](u64 base) { return reinterpret_cast<void*>(base + static_cast<u64>(s64{insn.off})); };
  switch (BPF_CLASS(insn.code)) {
    case BPF_LD:
      if (insn.src_reg != BPF_PSEUDO_MAP_IDX_VALUE || insn.imm != 0) refuse("has data of another kind");
      to = reinterpret_cast<u64>(data_.data()) + static_cast<u32>(instructions_[next_++].imm);
      return;
    case BPF_LDX:
      to = 0;
      memcpy(&to, place(from), size_of(insn.code));
      return;
    case BPF_STX: memcpy(place(to), &from, size_of(insn.code)); return;
    case BPF_ST: {
      const u64 value = static_cast<u64>(s64{insn.imm});
      memcpy(place(to), &value, size_of(insn.code));
      return;
    }
    case BPF_ALU64: calculate(insn); return;
    case BPF_JMP: branch(insn); return;
  }
  refuse("has an instruction " + std::to_string(insn.code));
}

void Machine::calculate(const bpf_insn& insn) {
  u64& to = registers_[insn.dst_reg];
  const u64 value = BPF_SRC(insn.code) == BPF_X ? registers_[insn.src_reg] : static_cast<u64>(s64{insn.imm});
  switch (BPF_OP(insn.code)) {
    case BPF_MOV: to = value; return;
    case BPF_ADD: to += value; return;
    case BPF_RSH: to >>= value; return;
  }
  refuse("calculates " + std::to_string(insn.code));
}

void Machine::branch(const bpf_insn& insn) {
  const u64 left = registers_[insn.dst_reg];
  const u64 right = BPF_SRC(insn.code) == BPF_X ? registers_[insn.src_reg] : static_cast<u64>(s64{insn.imm});
  switch (BPF_OP(insn.code)) {
    case BPF_CALL: registers_[0] = call(insn.imm); return;
    case BPF_EXIT: done_ = true; return;
    case BPF_JA: jump_if(insn, true); return;
    case BPF_JEQ: jump_if(insn, left == right); return;
    case BPF_JNE: jump_if(insn, left != right); return;
    case BPF_JSET: jump_if(insn, left & right); return;
    case BPF_JSLT: jump_if(insn, static_cast<s64>(left) < static_cast<s64>(right)); return;
    case BPF_JSLE: jump_if(insn, static_cast<s64>(left) <= static_cast<s64>(right)); return;
    case BPF_JSGT: jump_if(insn, static_cast<s64>(left) > static_cast<s64>(right)); return;
    case BPF_JSGE: jump_if(insn, static_cast<s64>(left) >= static_cast<s64>(right)); return;
  }
  refuse("branches by " + std::to_string(insn.code));
}

u64 Machine::call(s32 helper) {
  switch (helper) {
    case BPF_FUNC_sys_bpf: return ask_kernel(registers_[1], *reinterpret_cast<const bpf_attr*>(registers_[2]));
    case BPF_FUNC_sys_close: return 0;
    case BPF_FUNC_probe_read_kernel:  // of nothing, which leaves zeros
      if (registers_[3] != 0) refuse("reads memory");
      memset(reinterpret_cast<void*>(registers_[1]), 0, registers_[2]);
      return static_cast<u64>(-EFAULT);
    case BPF_FUNC_btf_find_by_name_kind:
      return find_type(reinterpret_cast<const char*>(registers_[1]), static_cast<u32>(registers_[3]));
  }
  refuse("calls " + std::to_string(helper));
}

u64 Machine::ask_kernel(u64 command, const bpf_attr& attr) {
  switch (command) {
    case BPF_BTF_LOAD: steps_.btf = bytes_at(attr.btf, attr.btf_size); return btf_file;
    case BPF_MAP_CREATE:
      steps_.maps.push_back(attr);
      steps_.constant.push_back(false);
      return first_map + steps_.maps.size() - 1;
    case BPF_MAP_UPDATE_ELEM: fill(attr); return 0;
    case BPF_MAP_FREEZE: steps_.constant.at(attr.map_fd - first_map) = true; return 0;
    case BPF_PROG_LOAD: return load(attr);
  }
  refuse("asks for " + std::to_string(command));
}

// Maps begin as zeros, but for those whose value is set at start.
void Machine::fill(const bpf_attr& attr) const {
  const std::string value = bytes_at(attr.value, steps_.maps.at(attr.map_fd - first_map).value_size);
  if (std::ranges::any_of(value, [](char byte) { return byte != 0; })) refuse("puts a value into a map");
}

u64 Machine::load(const bpf_attr& attr) {
  ProgramStep step;
  step.attr = attr;
  step.instructions = bytes_at(attr.insns, attr.insn_cnt * sizeof(bpf_insn));
  step.functions = bytes_at(attr.func_info, size_t{attr.func_info_cnt} * attr.func_info_rec_size);
  step.relocations = bytes_at(attr.core_relos, size_t{attr.core_relo_cnt} * attr.core_relo_rec_size);
  step.license = reinterpret_cast<const char*>(attr.license);
  steps_.programs.push_back(std::move(step));
  return first_program + steps_.programs.size() - 1;
}

u64 Machine::find_type(std::string_view name, u32 kind) {
  const auto known = std::ranges::find_if(
      steps_.types, [&](const WantedType& type) { return type.name == name && type.kind == kind; });
  const auto index = static_cast<u32>(known - steps_.types.begin());
  if (known == steps_.types.end()) steps_.types.push_back({std::string(name), kind});
  return LoadingSteps::first_type + index;
}

}  // namespace

LoadingSteps follow_loading(std::span<const bpf_insn> instructions, std::string data) {
  return Machine(instructions, std::move(data)).run();
}

}  // namespace sysray::capture::bpf
