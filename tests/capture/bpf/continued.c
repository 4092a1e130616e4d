// Sends itself SIGCONT so many times, and prints how often its handler has run.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

static void on_continue(int signal) {
  (void)signal;
  seen++;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  struct sigaction action = {.sa_handler = on_continue};
  sigaction(SIGCONT, &action, NULL);
  for (int i = 0; i < atoi(argv[1]); i++) kill(getpid(), SIGCONT);
  printf("%d\n", (int)seen);
  return 0;
}
