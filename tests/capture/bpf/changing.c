// Calls with more memory than a record holds, or on pages that nobody touched: changing PART FILE. Parts:
//   blocked   a thread overwrites what write(2) is given while that waits for room in a pipe
//   vectors   writev(2) with more buffers than a record holds, all at once
//   received  read(2) of as much
//   scattered readv(2) of as much, into as many buffers
//   thread    opens a name on an untouched page of FILE, in a process with another thread
//   alone     the same in one without
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SIZE = 300000, VECTORS = 100, EACH = 1000 };
static char bytes[SIZE];
static int ends[2];

static void* overwrite(void* unused) {
  (void)unused;
  usleep(50000);  // the call has begun
  memset(bytes, 'b', SIZE);
  static char taken[SIZE];
  for (long left = SIZE; left > 0;) {
    const long got = read(ends[0], taken, sizeof taken);
    if (got <= 0) exit(1);
    left -= got;
  }
  return NULL;
}

static void* wait_for_end(void* unused) {
  (void)unused;
  pause();
  return NULL;
}

static void blocked(void) {
  memset(bytes, 'a', SIZE);
  if (pipe(ends)) exit(1);
  pthread_t thread;
  if (pthread_create(&thread, NULL, overwrite, NULL)) exit(1);
  if (write(ends[1], bytes, SIZE) != SIZE) exit(1);
  pthread_join(thread, NULL);
}

static void vectors(int reads) {
  memset(bytes, 'a', SIZE);
  struct iovec all[VECTORS];
  for (int i = 0; i < VECTORS; i++) all[i] = (struct iovec){bytes + i * EACH, EACH};
  const long done =
      reads ? readv(open("/dev/zero", O_RDONLY), all, VECTORS) : writev(open("/dev/null", O_WRONLY), all, VECTORS);
  if (done != VECTORS * EACH) exit(1);
}

static void received(void) {
  if (read(open("/dev/zero", O_RDONLY), bytes, SIZE) != SIZE) exit(1);
}

static void untouched(const char* file) {
  const char* name = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open(file, O_RDONLY), 0);
  if (name == MAP_FAILED || access(name, F_OK) == 0) exit(1);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const char* part = argv[1];
  pthread_t thread;
  if (!strcmp(part, "blocked")) blocked();
  if (!strcmp(part, "vectors")) vectors(0);
  if (!strcmp(part, "scattered")) vectors(1);
  if (!strcmp(part, "received")) received();
  if (!strcmp(part, "thread") && pthread_create(&thread, NULL, wait_for_end, NULL)) return 1;
  if (!strcmp(part, "thread") || !strcmp(part, "alone")) untouched(argv[2]);
}
