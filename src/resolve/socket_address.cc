#include "resolve/socket_address.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include <algorithm>

namespace sysray::resolve {

namespace {

template <typename T>
T taken(std::span<const std::byte> bytes) {
  T value{};
  memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

void set_internet(SocketAddress& address, int family, const void* host, in_port_t port) {
  char text[INET6_ADDRSTRLEN];
  if (port == 0 || !inet_ntop(family, host, text, sizeof text)) return;
  address.host = text;
  address.port = ntohs(port);
  address.text = family == AF_INET6 ? "[" + address.host + "]" : address.host;
  address.text += ":" + std::to_string(address.port);
}

}  // namespace

SocketAddress socket_address(std::span<const std::byte> bytes) {
  SocketAddress address;
  if (bytes.size() < sizeof(sa_family_t)) return address;
  address.family = taken<sa_family_t>(bytes);
  switch (address.family) {
    case AF_INET: {
      if (bytes.size() < sizeof(sockaddr_in)) break;
      const auto v4 = taken<sockaddr_in>(bytes);
      set_internet(address, AF_INET, &v4.sin_addr, v4.sin_port);
      break;
    }
    case AF_INET6: {
      constexpr size_t without_scope = offsetof(sockaddr_in6, sin6_scope_id);
      if (bytes.size() < without_scope) break;
      const auto v6 = taken<sockaddr_in6>(bytes);
      set_internet(address, AF_INET6, &v6.sin6_addr, v6.sin6_port);
      break;
    }
    case AF_VSOCK: {
      const auto vsock = taken<sockaddr_vm>(bytes);
      if (bytes.size() < sizeof vsock || vsock.svm_port == VMADDR_PORT_ANY) break;
      address.host = std::to_string(vsock.svm_cid);
      address.port = vsock.svm_port;
      address.text = address.host + ":" + std::to_string(vsock.svm_port);
      break;
    }
    case AF_UNIX: {
      const auto local = taken<sockaddr_un>(bytes);
      constexpr size_t head = offsetof(sockaddr_un, sun_path);
      if (bytes.size() <= head) break;
      const size_t size = std::min(bytes.size() - head, sizeof local.sun_path);
      address.path.assign(local.sun_path, local.sun_path[0] == 0 ? size : strnlen(local.sun_path, size));
      break;
    }
    default: break;
  }
  return address;
}

}  // namespace sysray::resolve
