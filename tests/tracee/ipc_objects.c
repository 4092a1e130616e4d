// System V objects and POSIX queues.
// options: -e trace=semget,semop,semctl,msgget,msgsnd,msgctl,shmget,shmat,shmctl,mq_open,mq_unlink
#include <sys/sem.h>

#include "expect.h"

int main(void) {
  struct sembuf ops[2] = {{1, -2, IPC_NOWAIT}, {3, 4, 0x2000}};
  void* one = edge_copy(ops, sizeof ops[0]);
  struct { long type; char text[4]; } message = {7, "abc"};
  struct { long flags, maxmsg, size, current, rest[4]; } attr = {0, -1, 2, 3, {0}};
  void* gone = at_edge(8);
  expect(syscall(SYS_semget, 5, 70000, 0), "semget(0x5, 70000, 000)");
  expect(syscall(SYS_semop, -1, one, 2L), "semop(-1, [{sem_num=1, sem_op=-2, sem_flg=IPC_NOWAIT}, ... /* %p */], 2)", (char*)one + sizeof ops[0]);
  expect(syscall(SYS_semctl, -1, 0, 2, gone), "semctl(-1, 0, IPC_STAT, %p)", gone);
  expect(syscall(SYS_semctl, -1, 0, 77, 5L), "semctl(-1, 0, 0x4d /* SEM_??? */, 0x5)");
  expect(syscall(SYS_msgget, 5, 0), "msgget(0x5, 000)");
  expect(syscall(SYS_msgsnd, -1, &message, 4L, 04000), "msgsnd(-1, {mtype=7, mtext=\"abc\\0\"}, 4, IPC_NOWAIT)");
  expect(syscall(SYS_msgctl, -1, 77, gone), "msgctl(-1, 0x4d /* MSG_??? */, %p)", gone);
  expect(syscall(SYS_shmget, 5, 1L, 0600), "shmget(0x5, 1, 0600)");
  expect(syscall(SYS_shmat, -1, 0L, 010000), "shmat(-1, NULL, SHM_RDONLY)");
  expect(syscall(SYS_mq_open, "sysray/x", 0100 | 2, 0600, &attr),
         "mq_open(\"sysray/x\", O_RDWR|O_CREAT, 0600, {mq_flags=0, mq_maxmsg=-1, mq_msgsize=2, mq_curmsgs=3})");
  expect(syscall(SYS_mq_unlink, 1L), "mq_unlink(0x1)");
  return finish();
}
