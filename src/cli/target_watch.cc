#include "cli/target_watch.h"

#include <time.h>

#include <algorithm>

namespace sysray::cli {

namespace {

class Watch : public capture::TargetWatch {
 public:
  explicit Watch(std::vector<resolve::Target> targets) : finder_(std::move(targets)) {}

  Result<void> check() { return finder_.check(); }
  std::vector<Tid> find() override {
    std::vector<Tid> found;
    for (s32 pid : finder_.find()) found.push_back(Tid{pid});
    return found;
  }

 private:
  resolve::TargetFinder finder_;
};

}  // namespace

Result<void> find_targets(const Options& options, capture::Plan& plan) {
  if (options.targets.empty()) return {};
  auto watch = std::make_shared<Watch>(options.targets);
  while (options.wait_for_targets && watch->find().empty()) {
    timespec moment{0, 5'000'000};
    nanosleep(&moment, nullptr);
  }
  if (auto known = watch->check(); !known) return known;
  for (Tid tid : watch->find())
    if (std::ranges::find(plan.attach, tid) == plan.attach.end()) plan.attach.push_back(tid);
  plan.watch = std::move(watch);
  return {};
}

}  // namespace sysray::cli
