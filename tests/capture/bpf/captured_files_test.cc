// Notes of the BPF program as files: names of every kind, sockets, and notes that were cut.
#include "capture/bpf/captured_files.h"

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace sysray::capture::bpf {
namespace {

class Files : public ::testing::Test {
 protected:
  Files() { set_.begin(Tid{1}); }

  static std::string note(bpf_file file, const std::string& names, const std::string& socket = {}) {
    file.names = static_cast<u32>(names.size());
    return std::string(reinterpret_cast<const char*>(&file), sizeof file) + socket + names;
  }
  static bpf_file opened(u8 flags) {
    bpf_file file{};
    file.flags = static_cast<u8>(BPF_FILE_OPEN | BPF_FILE_NAMED | flags);
    file.inode = 77;
    return file;
  }
  const event::CapturedFile& add(s32 descriptor, const std::string& bytes) {
    set_.add(descriptor, std::as_bytes(std::span(bytes.data(), bytes.size())));
    const event::CapturedFile* found = set_.files().find(descriptor);
    EXPECT_NE(found, nullptr);
    return *found;
  }
  std::string made_up(u32 magic, const std::string& name) {
    bpf_file file = opened(BPF_FILE_MADE_UP);
    file.magic = magic;
    set_.begin(Tid{1});
    return std::string(add(3, note(file, name)).name);
  }
  CapturedFileSet set_;
};

TEST_F(Files, PathsBeginAtTheRoot) {
  EXPECT_EQ(add(3, note(opened(0), std::string("file\0lib\0usr\0", 13))).name, "/usr/lib/file");
  EXPECT_EQ(add(4, note(opened(0), "")).name, "/");
  const event::CapturedFile& gone = add(5, note(opened(BPF_FILE_DELETED), std::string("x\0", 2)));
  EXPECT_EQ(gone.name, "/x");
  EXPECT_TRUE(gone.deleted);
}

TEST_F(Files, NamesThatFileSystemsMakeUp) {
  EXPECT_EQ(made_up(PIPEFS_MAGIC, ""), "pipe:[77]");
  EXPECT_EQ(made_up(SOCKFS_MAGIC, ""), "socket:[77]");
  EXPECT_EQ(made_up(NSFS_MAGIC, std::string("net\0", 4)), "net:[77]");
  EXPECT_EQ(made_up(ANON_INODE_FS_MAGIC, std::string("[eventpoll]\0", 12)), "anon_inode:[eventpoll]");
  EXPECT_EQ(made_up(TMPFS_MAGIC, std::string("memfd:x\0", 8)), "/memfd:x");
  bpf_file file = opened(BPF_FILE_MADE_UP);
  file.magic = 1;
  EXPECT_FALSE(add(9, note(file, "")).named);
}

TEST_F(Files, WhatIsTooLongForProcHasNoName) {
  std::string names;
  for (int i = 0; i < 20; i++) names += std::string(250, 'x') + std::string(1, '\0');
  const event::CapturedFile& file = add(3, note(opened(0), names));
  EXPECT_FALSE(file.named);
  EXPECT_TRUE(file.name.empty());
}

TEST_F(Files, TheFirstNoteOfADescriptorWins) {
  add(3, note(opened(0), std::string("one\0", 4)));
  EXPECT_EQ(add(3, note(opened(0), std::string("two\0", 4))).name, "/one");
}

TEST_F(Files, DescriptorsWithOnePlaceKeepTheirOwnNames) {
  for (s32 fd = 0; fd < 5000; fd += 100) add(fd, note(opened(0), std::to_string(fd) + std::string(1, '\0')));
  for (s32 fd = 0; fd < 5000; fd += 100) EXPECT_EQ(set_.files().find(fd)->name, "/" + std::to_string(fd));
}

TEST_F(Files, TheSameNoteHasTheSameVersion) {
  const u64 first = add(3, note(opened(0), std::string("x\0", 2))).version;
  set_.begin(Tid{1});
  EXPECT_EQ(add(3, note(opened(0), std::string("x\0", 2))).version, first);
  set_.begin(Tid{1});
  EXPECT_NE(add(3, note(opened(0), std::string("y\0", 2))).version, first);
}

TEST_F(Files, EndsOfSockets) {
  bpf_file file = opened(BPF_FILE_MADE_UP | BPF_FILE_SOCKET_ROOM | BPF_FILE_SOCKET);
  file.magic = SOCKFS_MAGIC;
  bpf_socket socket{};
  socket.family = AF_INET;
  socket.local_port = htons(80);
  const u8 host[] = {127, 0, 0, 1};
  memcpy(socket.local, host, sizeof host);
  const std::string bytes(reinterpret_cast<const char*>(&socket), sizeof socket);
  const event::CapturedFile& made = add(3, note(file, std::string("TCP\0", 4), bytes));
  ASSERT_NE(made.socket, nullptr);
  EXPECT_EQ(made.socket->protocol_name, "TCP");
  EXPECT_EQ(made.socket->local.size(), sizeof(sockaddr_in));
  EXPECT_TRUE(made.socket->peer.empty());
}

TEST_F(Files, NotesThatWereCut) {
  bpf_file file = opened(BPF_FILE_SOCKET_ROOM | BPF_FILE_SOCKET | BPF_FILE_MADE_UP);
  file.magic = SOCKFS_MAGIC;
  bpf_socket socket{};
  socket.family = AF_UNIX;
  socket.address = 1 << 20;
  const std::string whole =
      note(file, std::string("UNIX\0", 5), std::string(reinterpret_cast<const char*>(&socket), sizeof socket));
  for (size_t size = 0; size <= whole.size(); size++) {
    set_.begin(Tid{1});
    const std::string part = whole.substr(0, size);
    const event::CapturedFile& cut = add(3, part);
    if (cut.socket != nullptr) {
      EXPECT_LE(cut.socket->local.size(), whole.size());
    }
  }
}

}  // namespace
}  // namespace sysray::capture::bpf
