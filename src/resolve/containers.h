// Containers as cgroup paths tell of them: every runtime puts a container into a control group of its own, named by
// the container (cgroups(7)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sysray::resolve {

struct Container {
  std::string runtime;  // "docker", "podman", "containerd", "cri-o", "lxc", "nspawn"; "container" if only an id shows
  std::string id;       // of lxc and nspawn the name
  std::string name;     // by the runtime's state files; empty if unknown
  std::string pod;      // Kubernetes: the pod's name if the state files say it
  std::string pod_uid;  // Kubernetes: by the cgroup path, with dashes
  bool operator==(const Container&) const = default;
};

// Containers along a cgroup path, the outermost first; names are not filled in.
std::vector<Container> containers_of(std::string_view cgroup_path);

// The state files of runtimes that are read for names; `root`: the root of the file system that they are looked for in.
// No daemon is asked.
void add_names(Container& container, const std::string& root = "");

}  // namespace sysray::resolve
