// The blob: what is written is read again; what is damaged is refused, and never read beyond its end.
#include "describe/blob.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>

#include "describe/source_archive.h"
#include "describe/validate.h"
#include "support.h"

namespace sysray::testing {
namespace {

constexpr std::string_view sample =
    "subsystem t \"Title\"; enum e : u32 \"E_???\" { A = 1, B = 2 }\n"
    "struct s(n) { e kind; switch (kind) { case A: u64 a; default: char b[n]; } }\n"
    "format f : u32 as v \"<$x>\" (u32 x = v); union u(k) switch (k) { case 1: f a; }\n"
    "syscall c(e e, ...) note \"$z\" (int z = ret); c A(in s(e) *p); c B(u(1) q); abi x86_64 { 2 c; }\n";

// Bytes at an address that is a multiple of 8, as the embedded ones are.
class Aligned {
 public:
  explicit Aligned(std::string_view bytes) : words_(bytes.size() / 8 + 1), size_(bytes.size()) {
    memcpy(words_.data(), bytes.data(), bytes.size());
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(words_.data()), size_}; }

 private:
  std::vector<u64> words_;
  size_t size_;
};

TEST(Blob, IsReadAsItWasWritten) {
  const auto compiled = must_compile(sample);
  const Aligned blob(describe::write_blob(compiled->model));
  const auto model = describe::read_blob(blob.view());
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE(describe::validate(*model));
  EXPECT_EQ(model->text(model->syscalls[0].name), "c");
  EXPECT_EQ(describe::write_blob(*model), blob.view());
}

TEST(Blob, IsTheSameForTheSameText) {
  EXPECT_EQ(describe::write_blob(must_compile(sample)->model), describe::write_blob(must_compile(sample)->model));
}

TEST(Blob, IsRefusedWhenCutOff) {
  const std::string whole = describe::write_blob(must_compile(sample)->model);
  for (size_t size = 0; size < whole.size(); size += 7) {
    const Aligned part(std::string_view(whole).substr(0, size));
    EXPECT_FALSE(describe::read_blob(part.view())) << size;
  }
}

TEST(Blob, IsSafeToCheckWhateverItHolds) {
  const std::string whole = describe::write_blob(must_compile(sample)->model);
  std::mt19937 random(1);
  size_t refused = 0;
  for (int round = 0; round < 20000; round++) {
    std::string damaged = whole;
    for (u32 n = random() % 4 + 1; n > 0; n--) damaged[random() % damaged.size()] = static_cast<char>(random());
    const Aligned blob(damaged);
    const auto model = describe::read_blob(blob.view());
    if (!model || !describe::validate(*model)) refused++;
  }
  EXPECT_GT(refused, 0u);
}

TEST(SourceArchive, GivesTheFilesBack) {
  const std::vector<describe::SourceFile> files = {{"a.desc", "const A = 1;\n"}, {"empty", ""}};
  const auto read = describe::unpack_sources(describe::pack_sources(files));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].text, files[0].text);
  EXPECT_EQ((*read)[1].name, "empty");
}

TEST(SourceArchive, RefusesDamage) {
  std::string archive = describe::pack_sources({{"a.desc", std::string(500, 'x')}});
  EXPECT_FALSE(describe::unpack_sources(std::string_view(archive).substr(0, archive.size() / 2)));
  archive[0] = 0;
  EXPECT_FALSE(describe::unpack_sources(archive));
}

}  // namespace
}  // namespace sysray::testing
