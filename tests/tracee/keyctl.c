// keyctl(2): keys of the session by their special names, parameters of public key operations.
// options: -e trace=keyctl,add_key
#include "expect.h"

static const char params[] = "{key_id=KEY_SPEC_PROCESS_KEYRING, in_len=3, out_len=2}";

int main(void) {
  struct { int32_t key; uint32_t in, out, spare[7]; } pkey = {-2, 3, 2, {0}};
  void* gone = at_edge(8);
  expect(syscall(SYS_keyctl, 7, -2), "keyctl(KEYCTL_CLEAR, KEY_SPEC_PROCESS_KEYRING)");
  expect(syscall(SYS_keyctl, 15, 0x7fffffff, 60), "keyctl(KEYCTL_SET_TIMEOUT, 2147483647, 60)");
  expect(syscall(SYS_keyctl, 25, &pkey, "a=b", "xyz", 0), "keyctl(KEYCTL_PKEY_ENCRYPT, %s, \"a=b\", \"xyz\", NULL)", params);
  // Without the parameters nobody knows how long the data is.
  expect(syscall(SYS_keyctl, 25, gone, "a=b", params, 0), "keyctl(KEYCTL_PKEY_ENCRYPT, %p, \"a=b\", %p, NULL)", gone, params);
  expect(syscall(SYS_keyctl, 99, 1, 2, 3, 4), "keyctl(0x63 /* KEYCTL_??? */, 0x1, 0x2, 0x3, 0x4)");
  expect(syscall(SYS_add_key, "user", "sysray", "\1\2", 2L, 0x7fffffff), "add_key(\"user\", \"sysray\", \"\\1\\2\", 2, 2147483647)");
  return finish();
}
