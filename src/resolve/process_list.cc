#include "resolve/process_list.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "resolve/small_file.h"

namespace sysray::resolve {

namespace {

struct FolderCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};

// "4:memory:/docker/ab12": the path is all behind the second colon (cgroups(7)).
void add_cgroups(Process& process, std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string path(line.substr(second + 1));
    if (std::find(process.cgroups.begin(), process.cgroups.end(), path) == process.cgroups.end())
      process.cgroups.push_back(path);
  }
}

// False if the process has ended.
bool read_process(Process& process, ProcessFacts facts, const std::string& folder) {
  SmallFile file;
  if (!file.read((folder + "/status").c_str())) return false;
  process.comm = file.value_of("Name:");
  const auto parent = file.numbers_of("PPid:");
  if (parent.count > 0) process.parent = parent.values[0];
  if (facts.cgroups && file.read((folder + "/cgroup").c_str())) add_cgroups(process, file.text());
  if (facts.exe) {
    char link[PATH_MAX];
    const ssize_t n = readlink((folder + "/exe").c_str(), link, sizeof link);
    if (n > 0) process.exe.assign(link, static_cast<size_t>(n));
  }
  struct stat space {};
  if (facts.pid_namespace && stat((folder + "/ns/pid").c_str(), &space) == 0) process.pid_namespace = space.st_ino;
  return true;
}

}  // namespace

std::vector<Process> list_processes(ProcessFacts facts, const std::string& proc) {
  std::vector<Process> all;
  const std::unique_ptr<DIR, FolderCloser> folder(opendir(proc.c_str()));
  while (const dirent* entry = folder ? readdir(folder.get()) : nullptr) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    Process process;
    process.pid = atoi(entry->d_name);
    if (read_process(process, facts, proc + "/" + entry->d_name)) all.push_back(std::move(process));
  }
  return all;
}

}  // namespace sysray::resolve
