// The few fields of the kernel's structs that the program reads. Where they are is found out when it is loaded (CO-RE).
#pragma once

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
  __u32 status;
};

struct sched_entity {
  __u64 exec_start;
  __u64 sum_exec_runtime;
};

struct inode {
  unsigned short i_mode;
};

struct file {
  void* private_data;
  struct inode* f_inode;
};

struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};

struct files_struct {
  struct fdtable* fdt;
};

struct sock_common {
  unsigned short skc_family;
};

struct sock {
  struct sock_common __sk_common;
  __u16 sk_protocol;
};

struct socket {
  struct sock* sk;
};

typedef struct {
  unsigned long sig[1];
} sigset_t;

struct sigpending {
  sigset_t signal;
};

typedef struct {
  int counter;
} atomic_t;

struct signal_struct {
  atomic_t live;
  int group_exit_code;
  unsigned int flags;
};

struct ns_common {
  unsigned int inum;
};

struct pid_namespace {
  struct ns_common ns;
};

struct upid {
  int nr;
  struct pid_namespace* ns;
};

struct pid {
  unsigned int level;
  struct upid numbers[1];
};

struct task_struct {
  struct thread_info thread_info;
  struct sigpending pending;
  unsigned int ptrace;
  int exit_code;
  int pid;
  int tgid;
  struct pid* thread_pid;
  struct signal_struct* signal;
  struct files_struct* files;
  struct sched_entity se;
};

struct pt_regs {
  unsigned long bp;
  unsigned long bx;
  unsigned long r10;
  unsigned long r9;
  unsigned long r8;
  unsigned long ax;
  unsigned long cx;
  unsigned long dx;
  unsigned long si;
  unsigned long di;
  unsigned long orig_ax;
  unsigned long ip;
  unsigned long sp;
};

struct linux_binprm;

#pragma clang attribute pop

enum { TS_COMPAT = 2 };                         // asm/thread_info.h: the call was made in 32-bit fashion
enum { SIGNAL_GROUP_EXIT = 4 };                 // linux/sched/signal.h
enum { MAX_PID_NS_LEVEL = 32 };                 // linux/pid_namespace.h
enum { S_IFMT = 0170000, S_IFSOCK = 0140000 };  // linux/stat.h
enum { AF_NETLINK = 16 };                       // linux/socket.h
