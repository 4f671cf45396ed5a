// Preloaded: from the N-th call on (PAYLOG_TEST_FAIL_SYNC_AT, from 1), fsync and fdatasync fail as they do
// on a disk that is going bad. Counts over the whole process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long calls;

static int sync_or_fail(const char* name, int fd) {
  const char* const at = getenv("PAYLOG_TEST_FAIL_SYNC_AT");
  if (at != NULL && atomic_fetch_add(&calls, 1) + 1 >= atol(at)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_or_fail("fsync", fd); }
int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }
