// listns(2): a null request.
// options: -e trace=listns
#include "expect.h"

int main(void) {
  expect(syscall(470, 0, 0, 0L, 0), "listns(NULL, NULL, 0, 0)");
  return finish();
}
