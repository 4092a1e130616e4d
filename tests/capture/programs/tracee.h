/* Programs for the tests of capture, in one executable: tracee NAME [ARGUMENT]... */
#pragma once

struct program {
  const char* name;
  int (*run)(int argc, char** argv); /* without `tracee` itself: argv[0] is the name */
};

extern const struct program thread_programs[];
extern const struct program process_programs[];

/* Numbered calls that no library makes by itself, to find one's own in a trace: personality(0xffffffff) does nothing
   but return the personality. */
void mark(void);
