// Notes what is behind a descriptor of the current thread, as /proc/PID/fd and sock_diag(7) would tell it at this
// moment: its name, kind and device, the ends of a socket. Later it may be closed, used again, renamed or connected.
#pragma once

enum { MAX_NAME = 256, MAX_FOLDERS = 192 };  // NAME_MAX and a NUL; deeper paths are left to the reader

// linux/magic.h
enum {
  PIPEFS_MAGIC = 0x50495045,
  ANON_INODE_FS_MAGIC = 0x09041934,
  NSFS_MAGIC = 0x6e736673,
  PID_FS_MAGIC = 0x50494446,
  TMPFS_MAGIC = 0x01021994,
};
#define HUGETLBFS_MAGIC 0x958458f6u

// The first bytes of names of anonymous files, as numbers.
#define EVENTFD_NAME 0x6466746e6576655bull   // "[eventfd"
#define SIGNALFD_NAME 0x666c616e6769735bull  // "[signalfd"

enum { PTMX = 5 << 20 | 2 };  // as the kernel itself numbers devices

// Room for `size` bytes behind what was noted so far; 0: there is none.
static __always_inline __u32 note_room(struct scratch* s, __u32 size) {
  __u32 at = s->low;
  return at + size > s->limit || at >= BPF_MAX_RECORD ? 0 : at;
}

// Appends a name and its NUL.
static __always_inline int add_name(struct scratch* s, const void* name) {
  __u32 at = note_room(s, MAX_NAME);
  if (!at) return 0;
  long got = bpf_probe_read_kernel_str(s->bytes + at, MAX_NAME, name);
  if (got <= 1) return 0;
  s->low = at + got;
  return 1;
}

// A struct path of the kernel's, in numbers: those need no look at its type.
struct place {
  __u64 entry;
  __u64 mount;
};

static __always_inline __u64 mount_of(const void* vfsmount) {
  return (__u64)vfsmount - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline struct socket_alloc* around_inode(const void* inode) {
  return AS(socket_alloc, inode - bpf_core_field_offset(struct socket_alloc, vfs_inode));
}

// Notes the root directory of the current thread.
static __always_inline int note_root(void) {
  struct task_struct* task = current_task();
  shared.root_entry = (__u64)task->fs->root.dentry;
  shared.root_mount = mount_of(task->fs->root.mnt);
  return 0;
}

// A component of a path, from the end on; 1 ends the loop. With s->found, the root has been reached.
static long add_component(__u32 index, void* context) {
  struct scratch* s = *(struct scratch**)context;
  struct dentry* entry = AS(dentry, s->entry);
  struct mount* mount = AS(mount, s->mount);
  s->found = s->entry == shared.root_entry && s->mount == shared.root_mount;
  if (s->found) return 1;
  if (s->entry == (__u64)mount->mnt.mnt_root) {
    __u64 outer = (__u64)mount->mnt_parent;
    s->found = outer == s->mount;
    if (s->found) return 1;
    s->entry = (__u64)mount->mnt_mountpoint;
    s->mount = outer;
    return 0;
  }
  // While a file is renamed its sequence is odd, and then it is another.
  __u32 before = *(volatile __u32*)&entry->d_seq.seqcount.sequence;
  __u64 parent = (__u64)entry->d_parent;
  if (parent == s->entry) {
    s->found = 1;
    return 1;
  }
  if (!add_name(s, entry->d_name.name)) return 1;
  if (before & 1 || before != *(volatile __u32*)&entry->d_seq.seqcount.sequence) return 1;
  s->entry = parent;
  return 0;
}

static __always_inline int has_made_up_name(struct dentry* entry, const struct place* place) {
  const struct dentry_operations* own = entry->d_op;
  if (!own || !AS(dentry_operations, own)->d_dname) return 0;
  return (__u64)entry->d_parent != place->entry || (__u64)AS(mount, place->mount)->mnt.mnt_root != place->entry;
}

// The name of a file that has no place in a tree. 0: the program doesn't know how it is made.
static __always_inline int note_made_up_name(struct scratch* s, struct bpf_file* f, struct dentry* entry) {
  switch (f->magic) {
    case PIPEFS_MAGIC:
    case PID_FS_MAGIC: return 1;
    case SOCKFS_MAGIC: add_name(s, entry->d_name.name); return 1;
    case ANON_INODE_FS_MAGIC:
    case TMPFS_MAGIC:
    case HUGETLBFS_MAGIC: return add_name(s, entry->d_name.name);
    case NSFS_MAGIC: {
      const void* node = entry->d_inode;
      const void* space = around_inode(node)->vfs_inode.i_private;
      const void* operations = AS(net, space - bpf_core_field_offset(struct net, ns))->ns.ops;
      const void* name = 0;  // what operations begin with
      if (bpf_probe_read_kernel(&name, sizeof name, operations)) return 0;
      return add_name(s, name);
    }
  }
  return 0;
}

static __always_inline void note_name(struct scratch* s, struct bpf_file* f, const struct place* place) {
  struct dentry* entry = AS(dentry, place->entry);
  if (has_made_up_name(entry, place)) {
    f->flags |= BPF_FILE_MADE_UP;
    if (note_made_up_name(s, f, entry)) f->flags |= BPF_FILE_NAMED;
    return;
  }
  if (!entry->d_hash.pprev && (__u64)entry->d_parent != place->entry) f->flags |= BPF_FILE_DELETED;
  s->entry = place->entry;
  s->mount = place->mount;
  s->found = 0;
  bpf_loop(MAX_FOLDERS, add_component, &s, 0);
  if (s->found) f->flags |= BPF_FILE_NAMED;
}

static __always_inline __u64 inode_of_socket(struct inet_sock* sock) {
  if (bpf_core_field_exists(sock->sk.sk_ino)) return sock->sk.sk_ino;
  void* own = sock->sk.sk_socket;
  return own ? AS(socket_alloc, own)->vfs_inode.i_ino : 0;
}

static __always_inline void note_internet(struct bpf_socket* to, struct inet_sock* sock, int v6) {
  to->local_port = sock->inet_sport;
  to->peer_port = sock->sk.__sk_common.skc_dport;
  __u32 unconnected = 1 << TCP_CLOSE | 1 << TCP_SYN_SENT;
  to->connected = to->peer_port && !(1u << (to->state & 31) & unconnected);
  if (v6) {
    BPF_CORE_READ_INTO(&to->local, sock, sk.__sk_common.skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO(&to->peer, sock, sk.__sk_common.skc_v6_daddr);
    return;
  }
  __u32 local = sock->sk.__sk_common.skc_rcv_saddr;
  if (!local) local = sock->inet_saddr;
  *(__u32*)to->local = local;
  *(__u32*)to->peer = sock->sk.__sk_common.skc_daddr;
}

// The path is noted behind the names.
static __always_inline void note_unix(struct scratch* s, struct bpf_socket* to, const void* sock) {
  struct unix_sock* own = AS(unix_sock, sock);
  void* peer = own->peer;
  to->connected = peer != 0;
  if (peer) to->peer_inode = inode_of_socket(AS(inet_sock, peer));
  void* address = own->addr;
  if (!address) return;
  __u32 size = AS(unix_address, address)->len;
  __u32 at = note_room(s, sizeof(struct sockaddr_un));
  if (!at) return;
  if (size > sizeof(struct sockaddr_un)) return;
  size &= 127;  // so that the verifier sees it as well
  const void* name = address + bpf_core_field_offset(struct unix_address, name);
  if (bpf_probe_read_kernel(s->bytes + at, size, name)) return;
  to->address = size;
  s->low = at + size;
}

// What is known of the socket behind s->file is put at an offset of scratch::bytes. False if there is more to be known.
__noinline int note_socket_facts(struct scratch* s, __u32 at) {
  if (!s || at >= BPF_MAX_RECORD) return 0;
  struct bpf_socket* to = (struct bpf_socket*)(s->bytes + at);
  void* socket = AS(file, s->file)->private_data;
  void* own = AS(socket, socket)->sk;
  if (!own) return 0;
  struct inet_sock* sock = AS(inet_sock, own);
  to->family = sock->sk.__sk_common.skc_family;
  to->type = sock->sk.sk_type;
  to->protocol = sock->sk.sk_protocol;
  to->state = sock->sk.__sk_common.skc_state;
  switch (to->family) {
    case AF_INET: note_internet(to, sock, 0); return 1;
    case AF_INET6: note_internet(to, sock, 1); return 1;
    case AF_UNIX: note_unix(s, to, own); return 1;
    case AF_NETLINK: to->number = AS(netlink_sock, own)->portid; return 1;
  }
  return 0;
}

// What an anonymous file counts. False if there is more to be known.
static __always_inline int note_counts(struct scratch* s, struct bpf_file* f, struct file* file, __u32 name) {
  __u64 beginning = *(__u64*)(s->bytes + (name & (BPF_MAX_RECORD - 1)));
  const void* own = file->private_data;
  if (beginning == EVENTFD_NAME) {
    struct eventfd_ctx* event = AS(eventfd_ctx, own);
    f->number = event->count;
    f->id = event->id;
    f->semaphore = event->flags & 1;
    f->flags |= BPF_FILE_COUNTS;
    return 1;
  }
  if (beginning == SIGNALFD_NAME) {
    __u64 mask = 0;  // all that there is
    if (bpf_probe_read_kernel(&mask, sizeof mask, own)) return 0;
    f->number = ~mask;
    f->flags |= BPF_FILE_COUNTS;
    return 1;
  }
  return 0;
}

// Fills in what is behind the descriptor. False if the reader must look at it to tell all.
static __always_inline int fill_file(struct scratch* s, struct bpf_file* f, __s32 descriptor) {
  struct place place = {};
  struct file* file = 0;
  if (descriptor == AT_FDCWD) {
    struct task_struct* task = current_task();
    place.entry = (__u64)task->fs->pwd.dentry;
    place.mount = mount_of(task->fs->pwd.mnt);
  } else {
    void* found = file_of(descriptor);
    if (!found) return 1;
    s->file = (__u64)found;
    file = AS(file, found);
    place.entry = (__u64)file->f_path.dentry;
    place.mount = mount_of(file->f_path.mnt);
  }
  if (!place.entry) return 0;
  struct dentry* entry = AS(dentry, place.entry);
  f->flags = BPF_FILE_OPEN;
  const void* node = file ? (void*)file->f_inode : (void*)entry->d_inode;
  struct socket_alloc* around = around_inode(node);
  f->inode = around->vfs_inode.i_ino;
  f->mode = around->vfs_inode.i_mode;
  f->device = around->vfs_inode.i_rdev;
  f->magic = entry->d_sb->s_magic;
  __u32 name = s->low;
  int whole = 1;
  if (file && f->magic == SOCKFS_MAGIC && settings.want_files & BPF_WANT_DETAILS) {
    __u32 at = note_room(s, sizeof(struct bpf_socket));
    if (!at) return 0;
    struct bpf_socket* socket = (struct bpf_socket*)(s->bytes + at);
    __builtin_memset(socket, 0, sizeof *socket);
    s->low = name = at + sizeof *socket;
    note_name(s, f, &place);
    f->names = s->low - name;
    if (note_socket_facts(s, at))
      f->flags |= BPF_FILE_SOCKET;
    else
      whole = 0;
    // What is behind it belongs to no socket, but its room is taken.
    f->flags |= BPF_FILE_SOCKET_ROOM;
    return whole && f->flags & BPF_FILE_NAMED;
  }
  note_name(s, f, &place);
  f->names = s->low - name;
  if (!(f->flags & BPF_FILE_NAMED)) return 0;
  if (!file || !(settings.want_files & BPF_WANT_DETAILS)) return 1;
  if (f->magic == ANON_INODE_FS_MAGIC) return note_counts(s, f, file, name);
  if (f->magic == PID_FS_MAGIC) return 0;
  if ((f->mode & S_IFMT) == S_IFCHR && f->device == PTMX) {
    void* terminal = 0;  // what its own data begin with
    if (bpf_probe_read_kernel(&terminal, sizeof terminal, file->private_data) || !terminal) return 0;
    f->id = AS(tty_struct, terminal)->index;
    f->flags |= BPF_FILE_COUNTS;
  }
  return !(settings.want_files & BPF_WANT_INFO && f->flags & BPF_FILE_MADE_UP && f->magic != PIPEFS_MAGIC);
}

// Records what is behind a descriptor, or for AT_FDCWD the working directory.
__noinline int note_file(struct scratch* s, __s32 descriptor) {
  if (!s || !settings.want_files) return 0;
  if (descriptor < 0 && descriptor != AT_FDCWD) return 0;
  __u32 at = s->used;
  __u32 begin = at + sizeof(struct bpf_copy);
  __u32 end = begin + sizeof(struct bpf_file);
  int first = s->kept == at;
  if (end > s->limit || at >= BPF_MAX_RECORD) {
    s->unseen = 1;
    return 0;
  }
  struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + at);
  struct bpf_file* f = (struct bpf_file*)(copy + 1);
  __builtin_memset(f, 0, sizeof *f);
  s->low = end;
  if (!fill_file(s, f, descriptor)) s->unseen = 1;
  // Closed meanwhile by another thread, it may have been read in two states.
  if (f->flags & BPF_FILE_OPEN && descriptor >= 0 && (__u64)file_of(descriptor) != s->file) {
    f->flags &= ~BPF_FILE_NAMED;
    s->unseen = 1;
  }
  __u32 length = s->low - begin;
  copy->address = (__u64)(__s64)descriptor;
  copy->length = length;
  copy->status = BPF_COPY_FILE | s->late;
  s->used = begin + ((length + 7) & ~7u);
  if (first && s->used <= BPF_MAX_KEPT) s->kept = s->used;
  return 0;
}
