// For tracee programs: calls are made as raw system calls, and the line that a tracer must show is printed beside each.
// Expectations go to standard output, in the order of the calls; the runner compares.
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// " = 5", or " = -1 ENOENT (No such file or directory)", from the result of syscall(2).
static inline const char* outcome(long result) {
  static char text[160];
  if (result == -1)
    snprintf(text, sizeof text, " = -1 %s (%s)", strerrorname_np(errno), strerror(errno));
  else
    snprintf(text, sizeof text, " = %ld", result);
  return text;
}

// Prints an expected line: the format, then the outcome of the call.
__attribute__((format(printf, 2, 3))) static inline void expect(long result, const char* format, ...) {
  const char* end = outcome(result);
  va_list list;
  va_start(list, format);
  vprintf(format, list);
  va_end(list);
  puts(end);
}

// `size` bytes that end where the readable memory ends.
static inline void* at_edge(size_t size) {
  const size_t page = 4096;
  const size_t pages = (size + page - 1) / page;
  char* area = mmap(0, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) abort();
  munmap(area + pages * page, page);
  return area + pages * page - size;
}

// A copy of the bytes that ends where the readable memory ends.
static inline void* edge_copy(const void* from, size_t size) { return memcpy(at_edge(size), from, size); }

// The last line of every expectation.
static inline int finish(void) {
  puts("+++ exited with 0 +++");
  return 0;
}
