#include "resolve/containers.h"

#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <optional>

namespace sysray::resolve {

namespace {

constexpr size_t id_length = 64;  // OCI runtimes name containers by a SHA-256 in hex

bool is_id(std::string_view text) {
  return text.size() == id_length && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

struct Prefix {
  std::string_view text;
  const char* runtime;
};

// Names of systemd's scopes, as the runtimes' systemd cgroup drivers choose them.
constexpr std::array<Prefix, 5> scope_prefixes = {{{"docker-", "docker"},
                                                   {"libpod-", "podman"},
                                                   {"cri-containerd-", "containerd"},
                                                   {"crio-", "cri-o"},
                                                   {"nerdctl-", "containerd"}}};

// systemd escapes what may not stand in a unit's name: \x2d is a dash (systemd-escape(1)).
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text.substr(i, 2) == "\\x" && i + 3 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 2])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 3]))) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string_view without(std::string_view text, std::string_view ending) {
  if (text.ends_with(ending)) text.remove_suffix(ending.size());
  return text;
}

// "pod<uid>" of the cgroupfs driver, "kubepods-burstable-pod<uid>.slice" of systemd's, which writes _ for -.
std::optional<std::string> pod_uid_of(std::string_view component) {
  component = without(component, ".slice");
  const size_t at = component.rfind("pod");
  if (at == component.npos || (at != 0 && !component.starts_with("kubepods"))) return std::nullopt;
  std::string uid(component.substr(at + 3));
  std::replace(uid.begin(), uid.end(), '_', '-');
  const bool fits = uid.size() >= 32 &&
                    std::all_of(uid.begin(), uid.end(), [](unsigned char c) { return std::isxdigit(c) || c == '-'; });
  return fits ? std::optional(uid) : std::nullopt;
}

std::optional<Container> container_of(std::string_view component, std::string_view parent, bool in_pod) {
  const std::string_view scope = without(without(component, ".scope"), ".service");
  for (const Prefix& prefix : scope_prefixes)
    if (scope.starts_with(prefix.text) && is_id(scope.substr(prefix.text.size())))
      return Container{prefix.runtime, std::string(scope.substr(prefix.text.size())), {}, {}, {}};
  if (is_id(component)) {
    const char* runtime = parent == "docker" ? "docker" : parent == "libpod_parent" ? "podman" : "container";
    if (in_pod) runtime = "containerd";
    return Container{runtime, std::string(component), {}, {}, {}};
  }
  constexpr std::string_view payload = "lxc.payload.";
  if (component.starts_with(payload)) {
    const std::string name(component.substr(payload.size()));
    return Container{"lxc", name, name, {}, {}};
  }
  if (parent == "lxc" || parent == "lxc.payload") {
    const std::string name(component);
    return Container{"lxc", name, name, {}, {}};
  }
  if (component.starts_with("machine-") && component.ends_with(".scope")) {
    const std::string name = unescaped(scope.substr(8));
    return Container{"nspawn", name, name, {}, {}};
  }
  return std::nullopt;
}

std::optional<rapidjson::Document> read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  rapidjson::IStreamWrapper stream(file);
  rapidjson::Document document;
  document.ParseStream<rapidjson::kParseIterativeFlag>(stream);
  if (document.HasParseError()) return std::nullopt;
  return document;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject()) return {};
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

// Docker writes names with a slash before them.
void add_docker_name(Container& container, const std::string& root) {
  const auto state = read_json(root + "/var/lib/docker/containers/" + container.id + "/config.v2.json");
  if (!state) return;
  std::string name = text_of(*state, "Name");
  container.name = name.starts_with('/') ? name.substr(1) : name;
}

// The storage library that podman and CRI-O share keeps one list of all.
void add_storage_name(Container& container, const std::string& root) {
  for (const char* file : {"/var/lib/containers/storage/overlay-containers/containers.json",
                           "/var/lib/containers/storage/vfs-containers/containers.json"}) {
    const auto list = read_json(root + file);
    if (!list || !list->IsArray()) continue;
    for (const auto& one : list->GetArray()) {
      if (text_of(one, "id") != container.id) continue;
      const auto names = one.FindMember("names");
      if (names != one.MemberEnd() && names->value.IsArray() && !names->value.Empty() && names->value[0].IsString())
        container.name = names->value[0].GetString();
      return;
    }
  }
}

// The annotations of the OCI bundle's configuration, by the names that Kubernetes' runtimes give them.
void add_annotations(Container& container, const std::string& bundle) {
  const auto config = read_json(bundle + "/config.json");
  if (!config || !config->IsObject()) return;
  const auto annotations = config->FindMember("annotations");
  if (annotations == config->MemberEnd()) return;
  for (const char* key : {"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"})
    if (container.name.empty()) container.name = text_of(annotations->value, key);
  for (const char* key : {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"})
    if (container.pod.empty()) container.pod = text_of(annotations->value, key);
}

}  // namespace

std::vector<Container> containers_of(std::string_view path) {
  std::vector<Container> found;
  std::string_view parent;
  std::string pod;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (component.empty()) continue;
    if (auto uid = pod_uid_of(component)) pod = *uid;
    if (auto one = container_of(component, parent, !pod.empty())) {
      one->pod_uid = pod;
      found.push_back(std::move(*one));
    }
    parent = component;
  }
  return found;
}

void add_names(Container& container, const std::string& root) {
  if (!container.name.empty() || container.id.empty()) return;
  add_docker_name(container, root);
  if (container.name.empty()) add_storage_name(container, root);
  for (const char* space : {"k8s.io", "default", "moby"})
    add_annotations(container, root + "/run/containerd/io.containerd.runtime.v2.task/" + space + "/" + container.id);
  add_annotations(container, root + "/run/containers/storage/overlay-containers/" + container.id + "/userdata");
}

}  // namespace sysray::resolve
