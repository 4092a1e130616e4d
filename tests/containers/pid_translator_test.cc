// Pid translation, with what the kernel offers and without it.
#include "resolve/pid_translator.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

namespace sysray::resolve {
namespace {

// A process in a pid namespace of its own, where it is 1, with a child that is 2 and leads a group; both wait.
class OtherNamespace : public ::testing::TestWithParam<PidFacilities> {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    outer_ = fork();
    if (outer_ == 0) run(ends[1]);
    close(ends[1]);
    char byte = 0;
    const bool told = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    if (!told) GTEST_SKIP() << "no pid namespace can be made here";
    first_ = child_of(outer_);
    second_ = child_of(first_);
    ASSERT_GT(second_, 0);
  }
  void TearDown() override {
    if (first_ > 0) kill(first_, SIGKILL);  // the end of a namespace's first process ends all
    if (outer_ > 0) waitpid(outer_, nullptr, 0);
  }

  [[noreturn]] static void run(int ready) {
    if (unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) _exit(1);
    const pid_t first = fork();
    if (first == 0) {
      if (fork() == 0) {
        setpgid(0, 0);
        if (write(ready, "x", 1) != 1) _exit(1);
      }
      for (;;) pause();
    }
    waitpid(first, nullptr, 0);
    _exit(0);
  }

  static s32 child_of(pid_t parent) {
    SmallFile file;
    const std::string path = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
    return file.read(path.c_str()) ? atoi(std::string(file.text()).c_str()) : 0;
  }

  pid_t outer_ = 0;
  s32 first_ = 0, second_ = 0;
};

TEST_P(OtherNamespace, TranslatesTasksAndGroups) {
  ProcFiles proc;
  PidTranslator pids(proc, GetParam());
  pids.began(Tid{first_});
  pids.began(Tid{second_});
  for (Tid asker : {Tid{first_}, Tid{second_}}) {
    EXPECT_EQ(pids.translate(asker, IdKind::task, 1).id, first_);
    EXPECT_EQ(pids.translate(asker, IdKind::task, 2).id, second_);
    EXPECT_EQ(pids.translate(asker, IdKind::group, 2).id, second_);
    EXPECT_TRUE(pids.translate(asker, IdKind::task, 1).foreign);
    EXPECT_EQ(pids.translate(asker, IdKind::task, 77).id, 0);
  }
  s32 ids[33];
  ASSERT_EQ(pids.chain(Tid{second_}, ids, 33), 2u);
  EXPECT_EQ(ids[0], second_);
  EXPECT_EQ(ids[1], 2);
}

TEST_P(OtherNamespace, OwnNamespaceNeedsNoTranslation) {
  ProcFiles proc;
  PidTranslator pids(proc, GetParam());
  const TranslatedId own = pids.translate(Tid{getpid()}, IdKind::task, 4711);
  EXPECT_EQ(own.id, 4711);
  EXPECT_FALSE(own.foreign);
}

TEST_P(OtherNamespace, ATaskThatEndedIsStillKnown) {
  ProcFiles proc;
  PidTranslator pids(proc, GetParam());
  pids.began(Tid{first_});
  pids.began(Tid{second_});
  kill(second_, SIGKILL);
  // Its parent does not wait for it: it stays a zombie, known to the kernel as well.
  pids.ended(Tid{second_});
  EXPECT_EQ(pids.translate(Tid{first_}, IdKind::task, 2).id, second_);
}

INSTANTIATE_TEST_SUITE_P(, OtherNamespace,
                         ::testing::Values(PidFacilities{true, true}, PidFacilities{true, false},
                                           PidFacilities{false, false}),
                         [](const auto& info) {
                           return info.param.nsfs_ids           ? "WithNsfs"
                                  : info.param.pidfd_namespaces ? "WithoutNsfs"
                                                                : "WithProcAlone";
                         });

TEST(ProcFiles, OwnNumbers) {
  ProcFiles proc;
  EXPECT_TRUE(proc.is_native());
  EXPECT_STREQ(proc.path(Tid{12}, "fd"), "/proc/12/fd");
}

TEST(ProcFiles, WithoutProcfsNothingIsKnown) {
  ProcFiles proc("/nonexistent");
  EXPECT_FALSE(proc.is_native());
  EXPECT_STREQ(proc.path(Tid{getpid()}, "fd"), "");
}

TEST(SmallFile, Lines) {
  SmallFile file;
  ASSERT_TRUE(file.read("/proc/self/status"));
  EXPECT_EQ(file.numbers_of("Pid:").values[0], getpid());
  EXPECT_EQ(file.value_of("NoSuchLine:"), "");
  EXPECT_FALSE(file.read("/nonexistent"));
  EXPECT_EQ(file.numbers_of("Pid:").count, 0u);
}

}  // namespace
}  // namespace sysray::resolve
