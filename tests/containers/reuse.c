// Four threads open, read and close files of their own, so that descriptors are used again by all of them all the time.
// Each read asks for a number of bytes that no other asks for; "COUNT NAME" on standard output tells which file that
// read was of. It is given the directory of the files, f0 .. f15.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { threads = 4, rounds = 2500, files = 16 };

static const char* folder;
static int chosen[threads][rounds];

static void* run(void* argument) {
  long self = (long)argument;
  char path[4096];
  char* room = malloc(1 << 20);
  unsigned seed = (unsigned)self + 1;
  for (int i = 0; i < rounds; i++) {
    int file = rand_r(&seed) % files;
    snprintf(path, sizeof path, "%s/f%d", folder, file);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, room, (size_t)(1 + self * rounds + i)) < 0) _exit(1);
    close(fd);
    chosen[self][i] = file;
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  folder = argv[1];
  pthread_t all[threads];
  for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, run, (void*)i);
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
  for (int i = 0; i < threads; i++)
    for (int j = 0; j < rounds; j++) printf("%d f%d\n", 1 + i * rounds + j, chosen[i][j]);
  return 0;
}
