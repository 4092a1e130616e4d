#include "resolve/targets.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

namespace sysray::resolve {

namespace {

constexpr size_t most_listed = 40;

bool is_below(std::string_view path, std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// A path of the cgroup file system names the group behind its mount point; several hierarchies have a directory each.
bool is_cgroup(std::string_view wanted, std::string_view path) {
  constexpr std::string_view mount = "/sys/fs/cgroup";
  if (!is_below(wanted, mount)) return is_below(path, wanted);
  wanted.remove_prefix(mount.size());
  if (wanted.empty() || is_below(path, wanted)) return true;
  const size_t hierarchy = wanted.find('/', 1);
  return hierarchy != wanted.npos && is_below(path, wanted.substr(hierarchy));
}

// systemd(1): a name without a suffix is that of a service.
std::string unit_name(const std::string& text) {
  for (const char* suffix : {".service", ".scope", ".slice"})
    if (text.ends_with(suffix)) return text;
  return text + ".service";
}

// A namespace's inode number, its file, or a process in it. The kernel counts inodes of namespaces from 0xf0000000
// (include/linux/proc_ns.h), above all process ids.
std::string namespace_inode(const std::string& text, const std::string& proc) {
  constexpr unsigned long long first_inode = 0xf0000000;
  const bool is_file = text.find('/') != text.npos;
  if (!is_file && strtoull(text.c_str(), nullptr, 10) >= first_inode) return text;
  struct stat status {};
  const std::string file = is_file ? text : proc + "/" + text + "/ns/pid";
  return stat(file.c_str(), &status) == 0 ? std::to_string(status.st_ino) : text;
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.push_back(path.substr(0, slash));
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

bool is_unit(std::string_view component) {
  return component.ends_with(".service") || component.ends_with(".scope") || component.ends_with(".slice");
}

bool is_exact(const Target& target, const Container& container) {
  if (target.kind == TargetKind::pod) return container.pod == target.text || container.pod_uid == target.text;
  return container.name == target.text || container.id == target.text;
}

bool has_prefix(const Target& target, const Container& container) {
  if (target.kind == TargetKind::pod)
    return container.pod.starts_with(target.text) || container.pod_uid.starts_with(target.text);
  return container.name.starts_with(target.text) || container.id.starts_with(target.text);
}

// As a list of what there is names it.
std::string shown(const Container& container, TargetKind kind) {
  if (kind == TargetKind::pod) return container.pod.empty() ? container.pod_uid : container.pod;
  constexpr size_t short_id = 12;
  std::string text = container.runtime + " " + container.id.substr(0, short_id);
  if (!container.name.empty() && container.name != container.id) text += " (" + container.name + ")";
  return text;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  size_t count = 0;
  for (const std::string& word : words) {
    if (count++ == most_listed) return text + ", and " + std::to_string(words.size() - most_listed) + " more";
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

bool descends(const Process& process, s32 ancestor, const std::vector<Process>& all) {
  s32 at = process.pid;
  for (size_t steps = 0; at > 1 && steps <= all.size(); steps++) {
    if (at == ancestor) return true;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Process& one) { return one.pid == at; });
    if (found == all.end()) return false;
    at = found->parent;
  }
  return false;
}

}  // namespace

std::string_view kind_name(TargetKind kind) {
  switch (kind) {
    case TargetKind::container: return "container";
    case TargetKind::pod: return "pod";
    case TargetKind::cgroup: return "control group";
    case TargetKind::unit: return "unit";
    case TargetKind::pid_namespace: return "pid namespace";
    case TargetKind::comm: return "program name";
    case TargetKind::exe: return "executable";
    case TargetKind::descendants: return "process";
  }
  return "";
}

TargetFinder::TargetFinder(std::vector<Target> targets, std::string proc, std::string root)
    : targets_(std::move(targets)), proc_(std::move(proc)), root_(std::move(root)) {
  for (Target& target : targets_) {
    if (target.kind == TargetKind::unit) target.text = unit_name(target.text);
    if (target.kind == TargetKind::pid_namespace) target.text = namespace_inode(target.text, proc_);
    if (target.kind != TargetKind::exe) continue;
    if (char* whole = realpath(target.text.c_str(), nullptr)) {
      target.text = whole;
      free(whole);
    }
  }
}

std::vector<Process> TargetFinder::list() const {
  ProcessFacts facts;
  for (const Target& target : targets_) {
    facts.exe |= target.kind == TargetKind::exe;
    facts.pid_namespace |= target.kind == TargetKind::pid_namespace;
    facts.cgroups |= target.kind <= TargetKind::unit;
  }
  return list_processes(facts, proc_);
}

std::vector<Container> TargetFinder::containers(const Process& process) {
  std::vector<Container> found;
  for (const std::string& path : process.cgroups) {
    for (Container& one : containers_of(path)) {
      auto known = std::find_if(named_.begin(), named_.end(), [&](const Container& c) { return c.id == one.id; });
      if (known == named_.end()) {
        add_names(one, root_);
        known = named_.insert(named_.end(), std::move(one));
      }
      if (std::find(found.begin(), found.end(), *known) == found.end()) found.push_back(*known);
    }
  }
  return found;
}

bool TargetFinder::in_container(const Target& target, const Process& process) {
  return std::ranges::any_of(containers(process), [&](const Container& one) { return has_prefix(target, one); });
}

bool TargetFinder::belongs(const Target& target, const Process& process, const std::vector<Process>& all) {
  switch (target.kind) {
    case TargetKind::container:
    case TargetKind::pod: return in_container(target, process);
    case TargetKind::cgroup:
      return std::ranges::any_of(process.cgroups, [&](const auto& path) { return is_cgroup(target.text, path); });
    case TargetKind::unit:
      return std::ranges::any_of(process.cgroups, [&](const std::string& path) {
        const auto parts = components(path);
        return std::ranges::find(parts, target.text) != parts.end();
      });
    case TargetKind::pid_namespace:
      return process.pid_namespace != 0 && std::to_string(process.pid_namespace) == target.text;
    case TargetKind::comm: return fnmatch(target.text.c_str(), process.comm.c_str(), 0) == 0;
    case TargetKind::exe: return process.exe == target.text;
    case TargetKind::descendants: return descends(process, atoi(target.text.c_str()), all);
  }
  return false;
}

std::vector<s32> TargetFinder::find() {
  const std::vector<Process> all = list();
  std::vector<s32> found;
  for (const Process& process : all) {
    if (process.pid == getpid()) continue;
    if (std::ranges::any_of(targets_, [&](const Target& target) { return belongs(target, process, all); }))
      found.push_back(process.pid);
  }
  return found;
}

std::vector<Container> TargetFinder::matching(const Target& target, const std::vector<Process>& all) {
  std::vector<Container> found;
  for (const Process& process : all)
    for (const Container& one : containers(process))
      if (has_prefix(target, one) && std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
  return found;
}

std::string TargetFinder::what_there_is(TargetKind kind, const std::vector<Process>& all) {
  std::set<std::string> names;
  for (const Process& process : all) {
    switch (kind) {
      case TargetKind::container:
      case TargetKind::pod:
        for (const Container& one : containers(process))
          if (kind == TargetKind::container || !one.pod_uid.empty()) names.insert(shown(one, kind));
        break;
      case TargetKind::cgroup: names.insert(process.cgroups.begin(), process.cgroups.end()); break;
      case TargetKind::unit:
        for (const std::string& path : process.cgroups)
          for (const std::string_view part : components(path))
            if (is_unit(part)) names.emplace(part);
        break;
      case TargetKind::pid_namespace:
        if (process.pid_namespace != 0) names.insert(std::to_string(process.pid_namespace));
        break;
      case TargetKind::comm:
      case TargetKind::descendants: names.insert(process.comm); break;
      case TargetKind::exe:
        if (!process.exe.empty()) names.insert(process.exe);
        break;
    }
  }
  return joined(names);
}

Result<void> TargetFinder::check() {
  const std::vector<Process> all = list();
  for (Target& target : targets_) {
    const bool any = std::ranges::any_of(
        all, [&](const Process& process) { return process.pid != getpid() && belongs(target, process, all); });
    const std::string kind(kind_name(target.kind));
    if (!any) {
      const std::string there_are = what_there_is(target.kind, all);
      return Error{"no " + kind + " '" + target.text + "'",
                   there_are.empty() ? "there are none here" : "there are: " + there_are,
                   "--wait-for waits until it is there", 0};
    }
    if (target.kind != TargetKind::container && target.kind != TargetKind::pod) continue;
    const std::vector<Container> found = matching(target, all);
    std::set<std::string> names;
    for (const Container& one : found) {
      if (!is_exact(target, one)) names.insert(shown(one, target.kind));
      // The one that is called so is meant, and not those whose names go on.
      if (is_exact(target, one)) {
        target.text = target.kind == TargetKind::pod ? one.pod_uid : one.id;
        names.clear();
        break;
      }
    }
    if (names.size() > 1)
      return Error{kind + " '" + target.text + "' is ambiguous", "it could be: " + joined(names),
                   "give more of the name", 0};
  }
  return {};
}

}  // namespace sysray::resolve
