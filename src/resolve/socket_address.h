// SocketAddress: the texts of the addresses of sockets.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <span>
#include <string>

#include "base/types.h"

namespace sysray::resolve {

struct SocketAddress {
  int family = AF_UNSPEC;
  std::string text;  // "127.0.0.1:80", "[::1]:80", "3:1024" (vsock); empty: it names nothing
  std::string host;  // of internet addresses: "127.0.0.1"
  u32 port = 0;
  std::string path;  // unix(7); abstract ones begin with a NUL
};

// From a struct sockaddr of any family. An internet address without a port names nothing.
SocketAddress socket_address(std::span<const std::byte> bytes);

}  // namespace sysray::resolve
