// Aside: work that another thread does meanwhile, on a CPU that is free; where there can be none, it is done at once.
#pragma once

#include <signal.h>

#include <system_error>
#include <thread>

namespace sysray::capture::bpf {

// `work` must not throw. Done when this ends; no signal is handled there.
class Aside {
 public:
  template <typename Work>
  explicit Aside(const Work& work) {
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);  // for the thread to inherit
    try {
      thread_ = std::thread(work);
    } catch (const std::system_error&) {
      work();
    }
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  ~Aside() { join(); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  std::thread thread_;
};

}  // namespace sysray::capture::bpf
