// Opens files whose names lie on pages that were never touched: untouched FILE COUNT. FILE holds names of 4096 bytes
// each, with NULs behind; each is used once, in a mapping of its own that is gone a moment later.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_RDONLY);
  long count = atol(argv[2]);
  for (long i = 0; i < count; i++) {
    char* name = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, i % 64 * 4096);
    if (name == MAP_FAILED) return 1;
    if (access(name, F_OK) == 0) return 1;
    munmap(name, 4096);
  }
  puts("done");
}
