// TinyModel: a describe::Model of a few system calls, for tests that need names, numbers and classes and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "describe/model.h"
#include "event/raw_event.h"

namespace sysray::testing {

class TinyModel {
 public:
  TinyModel() {
    using describe::Class;
    using enum event::Abi;
    add("read", bit(Class::desc), {{x86_64, 0}, {i386, 3}, {x32, 0}});
    add("write", bit(Class::desc), {{x86_64, 1}, {i386, 4}, {x32, 1}});
    add("open", bit(Class::file) | bit(Class::desc), {{x86_64, 2}, {i386, 5}, {x32, 2}});
    add("stat64", bit(Class::file) | bit(Class::stat) | bit(Class::stat_like), {{i386, 195}});
    add("fstat64", bit(Class::desc) | bit(Class::fstat) | bit(Class::stat_like), {{i386, 197}});
    add("socket", bit(Class::network) | bit(Class::desc), {{x86_64, 41}, {i386, 359}, {x32, 41}});
    add("ipc", bit(Class::ipc), {{i386, 117}});
    add("shmget", bit(Class::ipc), {{x86_64, 29}, {x32, 29}});
    add("getpid", bit(Class::pure), {{x86_64, 39}, {i386, 20}, {x32, 39}});
    add("rt_sigaction", bit(Class::signal), {{x86_64, 13}, {i386, 174}, {x32, 512}});
    // `add` may have moved the vectors.
    model.pool = pool_;
    model.syscalls = syscalls_;
    for (size_t abi = 0; abi < event::abi_count; abi++) model.tables[abi] = tables_[abi];
  }
  TinyModel(const TinyModel&) = delete;
  TinyModel& operator=(const TinyModel&) = delete;

  describe::Model model;

 private:
  struct Place {
    event::Abi abi;
    u32 number;
  };

  static u32 bit(describe::Class one) { return static_cast<u32>(one); }

  void add(std::string_view name, u32 classes, std::vector<Place> places) {
    describe::Str text{static_cast<u32>(pool_.size()), static_cast<u32>(name.size())};
    pool_.append(name).push_back('\0');
    describe::Syscall call;
    call.name = call.display = text;
    call.classes = classes;
    syscalls_.push_back(call);
    for (const auto& [abi, number] : places) {
      auto& table = tables_[static_cast<size_t>(abi)];
      if (table.size() <= number) table.resize(number + 1);
      table[number] = {text, number, static_cast<u32>(syscalls_.size() - 1)};
    }
  }

  std::string pool_;
  std::vector<describe::Syscall> syscalls_;
  std::vector<describe::TableEntry> tables_[event::abi_count];
};

}  // namespace sysray::testing
