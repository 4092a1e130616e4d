// The few fields of the kernel's structs that the program reads. Where they are is found out when it is loaded (CO-RE).
//
// For each type that a field is looked for from, the kernel goes through all its types. It remembers what it found, but
// by the type's name in only 31 places (kernel/bpf/btf.c: jhash(name) % 31), so that of two types with the same place
// both are searched for at each start. So a field that is embedded in another type as well is looked for from whichever
// of them has a place of its own: `inode` and `sock` are only ever named as parts.
#pragma once

#include <linux/types.h>

struct sockaddr_un {  // linux/un.h
  unsigned short family;
  char path[108];
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
  __u32 status;
};

struct sched_entity {
  __u64 exec_start;
  __u64 sum_exec_runtime;
  void* cfs_rq;
};

struct inode {
  unsigned short i_mode;
  __u32 i_rdev;
  unsigned long i_ino;
  void* i_private;
};

struct hlist_bl_node {
  struct hlist_bl_node** pprev;
};

struct qstr {
  const unsigned char* name;
};

struct seqcount {
  unsigned sequence;
};

struct seqcount_spinlock {
  struct seqcount seqcount;
};

struct dentry_operations {
  void* d_dname;
};

struct super_block {
  unsigned long s_magic;
};

struct dentry {
  struct seqcount_spinlock d_seq;
  struct hlist_bl_node d_hash;
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
  const struct dentry_operations* d_op;
  struct super_block* d_sb;
};

struct vfsmount {
  struct dentry* mnt_root;
};

struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct file {
  void* private_data;
  struct inode* f_inode;
  struct path f_path;
};

struct fs_struct {
  struct path root;
  struct path pwd;
};

struct ns_common {
  unsigned int inum;
  const void* ops;
};

struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};

struct files_struct {
  struct fdtable* fdt;
};

struct in6_addr {
  __u8 bytes[16];
};

struct sock_common {
  __u32 skc_daddr;
  __u32 skc_rcv_saddr;
  __u16 skc_dport;
  unsigned short skc_family;
  unsigned char skc_state;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
  struct sock_common __sk_common;
  struct socket* sk_socket;
  __u16 sk_type;
  __u16 sk_protocol;
  unsigned long sk_ino;  // newer kernels have it
};

struct socket {
  struct sock* sk;
};

struct socket_alloc {
  struct inode vfs_inode;
};

struct inet_sock {
  struct sock sk;
  __u32 inet_saddr;
  __u16 inet_sport;
};

struct unix_address {
  int len;
  struct sockaddr_un name[0];
};

struct unix_sock {
  struct unix_address* addr;
  struct sock* peer;
};

struct netlink_sock {
  __u32 portid;
};

typedef struct {
  unsigned long sig[1];
} sigset_t;

struct tty_struct {
  int index;
};

struct eventfd_ctx {
  __u64 count;
  unsigned flags;
  int id;
};

struct sigpending {
  sigset_t signal;
};

typedef struct {
  int counter;
} atomic_t;

struct signal_struct {
  atomic_t live;
  int nr_threads;
  struct sigpending shared_pending;
  int group_exit_code;
  unsigned int flags;
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

struct net {
  struct ns_common ns;
};

struct nsproxy {
  struct net* net_ns;
};

struct task_struct {
  struct thread_info thread_info;
  struct sigpending pending;
  struct signal_struct* signal;
  struct nsproxy* nsproxy;
  unsigned int ptrace;
  int exit_code;
  int pid;
  int tgid;
  struct pid* thread_pid;
  struct fs_struct* fs;
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

enum { TS_COMPAT = 2 };                        // asm/thread_info.h: the call was made in 32-bit fashion
enum { SIGNAL_GROUP_EXIT = 4 };                // linux/sched/signal.h
enum { MAX_PID_NS_LEVEL = 32 };                // linux/pid_namespace.h
enum { S_IFMT = 0170000, S_IFCHR = 0020000 };  // linux/stat.h
enum { SOCKFS_MAGIC = 0x534F434B };            // linux/magic.h
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16 };  // linux/socket.h
enum { TCP_SYN_SENT = 2, TCP_CLOSE = 7 };                           // net/tcp_states.h
enum { AT_FDCWD = -100 };                                           // linux/fcntl.h

// An address as a pointer whose fields can be read without a helper (Linux 6.2): what isn't there reads as 0. The
// verifier does not ask which fields of it may be trusted, for which it looks through the names of all types at each
// access.
extern void* bpf_rdonly_cast(const void* object, __u32 type) __ksym;
#define AS(type, address) ((struct type*)bpf_rdonly_cast((const void*)(address), bpf_core_type_id_kernel(struct type)))

static __always_inline struct task_struct* current_task(void) { return AS(task_struct, bpf_get_current_task()); }
