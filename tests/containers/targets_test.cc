// Containers by the paths of their control groups, and names by runtimes' state files.
#include "resolve/targets.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sysray::resolve {
namespace {

const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string one(const std::string& path) {
  const auto found = containers_of(path);
  if (found.size() != 1) return std::to_string(found.size()) + " containers";
  return found[0].runtime + " " + found[0].id + (found[0].pod_uid.empty() ? "" : " in " + found[0].pod_uid);
}

TEST(Containers, PathsOfEachRuntime) {
  const std::string uid = "11111111-2222-3333-4444-555555555555";
  EXPECT_EQ(one("/docker/" + id), "docker " + id);
  EXPECT_EQ(one("/system.slice/docker-" + id + ".scope"), "docker " + id);
  EXPECT_EQ(one("/machine.slice/libpod-" + id + ".scope/container"), "podman " + id);
  EXPECT_EQ(one("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id + ".scope"), "podman " + id);
  EXPECT_EQ(one("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod11111111_2222_3333_4444_555555555555"
                ".slice/cri-containerd-" +
                id + ".scope"),
            "containerd " + id + " in " + uid);
  EXPECT_EQ(one("/kubepods/burstable/pod" + uid + "/" + id), "containerd " + id + " in " + uid);
  EXPECT_EQ(one("/kubepods.slice/kubepods-pod" + uid + ".slice/crio-" + id + ".scope"), "cri-o " + id + " in " + uid);
  EXPECT_EQ(one("/lxc.payload.web/init.scope"), "lxc web");
  EXPECT_EQ(one("/lxc/web"), "lxc web");
  EXPECT_EQ(one("/machine.slice/machine-my\\x2dbox.scope"), "nspawn my-box");
}

TEST(Containers, OtherPathsAreNone) {
  for (const char* path :
       {"/", "", "/user.slice/user-0.slice/session-1.scope", "/docker", "/system.slice/docker.service",
        "/system.slice/docker-0123.scope", "/podinfo/x", "/kubepods/besteffort"})
    EXPECT_TRUE(containers_of(path).empty()) << path;
  // The monitor of a container is none.
  EXPECT_TRUE(containers_of("/machine.slice/libpod-conmon-" + id + ".scope").empty());
}

TEST(Containers, NestedOnesAreAllNamed) {
  std::string inner = id;
  inner[0] = 'f';
  const auto found = containers_of("/docker/" + id + "/docker/" + inner);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, id);
  EXPECT_EQ(found[1].id, inner);
}

class StateFiles : public ::testing::Test {
 protected:
  StateFiles() {
    std::string pattern = ::testing::TempDir() + "sysray-state-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~StateFiles() override { std::filesystem::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path whole = root_ + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }
  Container named() {
    Container container{"container", id, {}, {}, {}};
    add_names(container, root_);
    return container;
  }
  std::string root_;
};

TEST_F(StateFiles, Docker) {
  write("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"ID":")" + id + R"(","Name":"/web"})");
  EXPECT_EQ(named().name, "web");
}

TEST_F(StateFiles, Podman) {
  write("/var/lib/containers/storage/overlay-containers/containers.json",
        R"([{"id":"00"},{"id":")" + id + R"(","names":["db","alias"]}])");
  EXPECT_EQ(named().name, "db");
}

TEST_F(StateFiles, Kubernetes) {
  write("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id + "/config.json",
        R"({"annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.sandbox-name":"shop-1"}})");
  const Container found = named();
  EXPECT_EQ(found.name, "app");
  EXPECT_EQ(found.pod, "shop-1");
}

TEST_F(StateFiles, BrokenOnesNameNothing) {
  for (const char* text : {"", "{", "[1,2]", R"({"Name":7})", R"({"annotations":[]})", "null"}) {
    write("/var/lib/docker/containers/" + id + "/config.v2.json", text);
    write("/var/lib/containers/storage/overlay-containers/containers.json", text);
    write("/run/containerd/io.containerd.runtime.v2.task/default/" + id + "/config.json", text);
    EXPECT_EQ(named().name, "") << text;
  }
}

// A /proc that is made up: three processes, two of them in containers.
class MadeUpProc : public StateFiles {
 protected:
  void process(int pid, int parent, const std::string& comm, const std::string& cgroup) {
    const std::string folder = "/proc/" + std::to_string(pid);
    write(folder + "/status", "Name:\t" + comm + "\nPPid:\t" + std::to_string(parent) + "\n");
    write(folder + "/cgroup", "0::" + cgroup + "\n");
  }
  MadeUpProc() {
    process(2000001, 1, "init", "/");
    process(2000002, 2000001, "web", "/docker/" + id);
    process(2000003, 2000002, "worker", "/docker/" + other_);
    process(2000004, 2000001, "cron", "/system.slice/cron.service");
    write("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"Name":"/web"})");
    write("/var/lib/docker/containers/" + other_ + "/config.v2.json", R"({"Name":"/webster"})");
  }
  TargetFinder finder(TargetKind kind, const std::string& text) {
    return TargetFinder({{kind, text}}, root_ + "/proc", root_);
  }
  std::vector<s32> found(TargetKind kind, const std::string& text) {
    TargetFinder finder = this->finder(kind, text);
    EXPECT_TRUE(finder.check()) << text;
    auto pids = finder.find();
    std::sort(pids.begin(), pids.end());
    return pids;
  }
  const std::string other_ = "f" + id.substr(1);
};

TEST_F(MadeUpProc, Targets) {
  EXPECT_EQ(found(TargetKind::container, "0123"), std::vector<s32>{2000002});
  EXPECT_EQ(found(TargetKind::container, "webs"), std::vector<s32>{2000003});
  // A whole name is meant, though another one begins so.
  EXPECT_EQ(found(TargetKind::container, "web"), std::vector<s32>{2000002});
  EXPECT_EQ(found(TargetKind::unit, "cron"), std::vector<s32>{2000004});
  EXPECT_EQ(found(TargetKind::cgroup, "/docker"), (std::vector<s32>{2000002, 2000003}));
  EXPECT_EQ(found(TargetKind::cgroup, "/sys/fs/cgroup/pids/docker/" + id), std::vector<s32>{2000002});
  EXPECT_EQ(found(TargetKind::comm, "w*"), (std::vector<s32>{2000002, 2000003}));
  EXPECT_EQ(found(TargetKind::descendants, "2000002"), (std::vector<s32>{2000002, 2000003}));
}

TEST_F(MadeUpProc, UnknownTargetsListWhatThereIs) {
  auto known = finder(TargetKind::container, "none").check();
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().cause, "no container 'none'");
  EXPECT_NE(known.error().observed.find("docker 0123456789ab (web)"), std::string::npos) << known.error().observed;
  known = finder(TargetKind::unit, "ntp").check();
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().cause, "no unit 'ntp.service'");
  EXPECT_NE(known.error().observed.find("cron.service"), std::string::npos);
  known = finder(TargetKind::container, "we").check();
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().cause, "container 'we' is ambiguous");
}

}  // namespace
}  // namespace sysray::resolve
