#include "resolve/captured_details.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <string>

#include "resolve/socket_address.h"

namespace sysray::resolve {

namespace {

SocketFacts facts_of(const event::CapturedSocket& socket) {
  SocketFacts facts;
  facts.protocol = socket.protocol_name;
  const SocketAddress local = socket_address(socket.local), peer = socket_address(socket.peer);
  switch (socket.family) {
    case AF_INET:
    case AF_INET6: set_internet_facts(facts, local, peer, tcp_state(socket.protocol, socket.state)); break;
    case AF_UNIX:
      facts.path = local.path;
      facts.peer_inode = socket.peer_inode;
      set_unix_state(facts, is_listening(socket.state), socket.connected);
      break;
    case AF_NETLINK: set_netlink_facts(facts, socket.protocol, socket.port); break;
    default: break;
  }
  return facts;
}

DescriptorReader::Device device_of(const event::CapturedFile& file) {
  if (S_ISCHR(file.mode)) return {DescriptorKind::character_device, file.device};
  if (S_ISBLK(file.mode)) return {DescriptorKind::block_device, file.device};
  return {};
}

DescriptorDetails terminal_of(const event::CapturedFile& file, u32 kinds, Arena& arena) {
  DescriptorDetails details;
  if (!(kinds & detail_device)) return details;
  details.kind = DescriptorKind::character_device;
  details.number = file.device;
  details.terminal = arena.copy("/dev/pts/" + std::to_string(file.id));
  return details;
}

// The counts of eventfd(2) and signalfd(2).
DescriptorDetails counts_of(const event::CapturedFile& file, u32 kinds) {
  DescriptorDetails details;
  const bool is_event = file.name == "anon_inode:[eventfd]";
  if (!(kinds & (is_event ? detail_eventfd : detail_signalfd))) return details;
  details.kind = is_event ? DescriptorKind::eventfd : DescriptorKind::signalfd;
  details.number = file.number;
  if (!is_event) return details;
  details.id = file.id;
  details.semaphore = file.semaphore;
  return details;
}

}  // namespace

DescriptorDetails CapturedDetails::of_socket(Tid tid, const event::CapturedFile& file, u32 kinds, Arena& arena) {
  if (file.socket == nullptr) {
    const SocketFacts* facts = reader_.socket(tid, file.descriptor, file.name);
    return facts ? details_of(*facts, file.inode, kinds, arena) : DescriptorDetails{};
  }
  return details_of(facts_of(file), file.inode, kinds, arena);
}

const SocketFacts& CapturedDetails::facts_of(const event::CapturedFile& file) {
  Known& known = known_[file.version % places];
  if (known.version == file.version) return known.facts;
  known = {file.version, resolve::facts_of(*file.socket)};
  if (known.facts.peer_inode != 0) {
    if (peers_.size() >= max_peers) peers_.clear();
    peers_[file.inode] = known.facts.peer_inode;
  } else if (file.socket->connected) {
    const auto peer = peers_.find(file.inode);
    if (peer != peers_.end()) known.facts.peer_inode = peer->second;
  }
  return known.facts;
}

DescriptorDetails CapturedDetails::of(Tid tid, const event::CapturedFile& file, u32 kinds, Arena& arena) {
  if (!file.open || !DescriptorReader::may_have_details(file.name, kinds)) return {};
  if (socket_inode(file.name) != 0)
    return kinds & detail_socket ? of_socket(tid, file, kinds, arena) : DescriptorDetails{};
  if (file.counts) return S_ISCHR(file.mode) ? terminal_of(file, kinds, arena) : counts_of(file, kinds);
  return reader_.details(tid, file.descriptor, file.name, device_of(file), kinds, arena);
}

}  // namespace sysray::resolve
