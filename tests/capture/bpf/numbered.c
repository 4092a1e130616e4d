// Threads that number their calls: numbered THREADS CALLS [half]. Each thread writes one byte at offsets 0, 1, 2 ...,
// to a descriptor of its own; half: every other one to none, which fails.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long calls;
static int half;

static void* work(void* unused) {
  (void)unused;
  int fd = open("/dev/null", O_WRONLY);
  for (long i = 0; i < calls; i++)
    if (pwrite(half && i % 2 ? -1 : fd, "x", 1, i) != (half && i % 2 ? -1 : 1)) abort();
  return NULL;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  half = argc > 3;
  int threads = atoi(argv[1]);
  calls = atol(argv[2]);
  pthread_t ids[256];
  if (threads > 256) return 2;
  for (int i = 0; i < threads; i++)
    if (pthread_create(&ids[i], NULL, work, NULL)) return 1;
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  puts("done");
}
