/*
 * Under a process (LD_PRELOAD): what it does to the files of POWER_FOLDER is noted in POWER_LOG, in the order in which it is
 * done, with the bytes. A sync is noted and not done: the disk is what log.ts and disk.ts make of the log.
 * Shared memory (-shm) is no file of a disk: it is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATED = 1, WRITTEN, TRUNCATED, SYNCED, FOLDER_SYNCED, REMOVED, RENAMED };
enum { MOST_FILES = 256, MOST_DESCRIPTORS = 65536, THE_FOLDER = -1 };

struct __attribute__((packed)) head {
  uint32_t kind, file;
  uint64_t offset, length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static size_t folder_length;
static int log_descriptor = -1;
static struct { char name[256]; uint32_t file; } names[MOST_FILES];
static uint32_t files;
/* Of each descriptor: the file, 0 for one that is not watched. */
static int watched[MOST_DESCRIPTORS];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static void give_up(const char *why) {
  fprintf(stderr, "Expected a file operation that the power shim knows, got %s.\n", why);
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("POWER_FOLDER"), *to = getenv("POWER_LOG");
  if (path == NULL || to == NULL) return;
  folder_length = (size_t)snprintf(folder, sizeof folder, "%s/", path);
  int opened = REAL(open64)(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (opened < 0) give_up("a log that cannot be opened");
  /* Far from where descriptors are searched for, so that nobody closes it by mistake. */
  log_descriptor = fcntl(opened, F_DUPFD_CLOEXEC, 1000);
  if (log_descriptor < 0) give_up("no descriptor for the log");
  REAL(close)(opened);
}

/* One call, so that a kill leaves no entry in the middle of others. */
static void note(uint32_t kind, uint32_t file, uint64_t offset, const void *bytes, size_t length) {
  struct head head = {kind, file, offset, length};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
  if (REAL(writev)(log_descriptor, parts, 2) != (ssize_t)(sizeof head + length))
    give_up("a log that cannot be written");
}

/* The name in the folder; NULL for what is not there, or is shared memory. */
static const char *name_of(const char *path) {
  if (log_descriptor < 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return NULL;
  const char *name = path + folder_length;
  size_t length = strlen(name);
  if (length == 0 || length > 255 || strchr(name, '/') != NULL) return NULL;
  return length > 4 && strcmp(name + length - 4, "-shm") == 0 ? NULL : name;
}

static int is_folder(const char *path) {
  return log_descriptor >= 0 && strncmp(path, folder, folder_length - 1) == 0 &&
         (path[folder_length - 1] == '\0' || strcmp(path + folder_length - 1, "/") == 0 ||
          strcmp(path + folder_length - 1, "/.") == 0);
}

static int place_of(const char *name) {
  for (int at = 0; at < MOST_FILES; at += 1)
    if (names[at].file != 0 && strcmp(names[at].name, name) == 0) return at;
  return -1;
}

static uint32_t created(const char *name) {
  for (int at = 0; at < MOST_FILES; at += 1) {
    if (names[at].file != 0) continue;
    strcpy(names[at].name, name);
    names[at].file = files += 1;
    note(CREATED, files, 0, name, strlen(name));
    return files;
  }
  give_up("more files than it has room for");
  return 0;
}

static int *slot(int descriptor) {
  if (descriptor < 0 || descriptor >= MOST_DESCRIPTORS) return NULL;
  return &watched[descriptor];
}

static int opened(int descriptor, const char *path, const char *name, int flags) {
  int *entry = slot(descriptor);
  if (descriptor < 0) return descriptor;
  if (entry == NULL) give_up("more descriptors than it has room for");
  *entry = 0;
  if (name == NULL) {
    if (is_folder(path)) *entry = THE_FOLDER;
    return descriptor;
  }
  int at = place_of(name);
  if (at < 0 && !(flags & O_CREAT)) give_up("a file that was there before");
  *entry = (int)(at < 0 ? created(name) : names[at].file);
  if (flags & O_TRUNC) note(TRUNCATED, (uint32_t)*entry, 0, NULL, 0);
  return descriptor;
}

static int open_watched(int at, const char *path, int flags, mode_t mode) {
  const char *name = name_of(path);
  if (log_descriptor < 0 || (name == NULL && !is_folder(path)))
    return REAL(openat64)(at, path, flags, mode);
  pthread_mutex_lock(&lock);
  int descriptor = opened(REAL(openat64)(at, path, flags, mode), path, name, flags);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return descriptor;
}

static mode_t mode_in(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPENING(name)                                  \
  int name(const char *path, int flags, ...) {         \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = mode_in(flags, rest);                \
    va_end(rest);                                      \
    return open_watched(AT_FDCWD, path, flags, mode);  \
  }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                               \
  int name(int at, const char *path, int flags, ...) { \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = mode_in(flags, rest);                \
    va_end(rest);                                      \
    return open_watched(at, path, flags, mode);        \
  }
OPENING_AT(openat)
OPENING_AT(openat64)

int creat(const char *path, mode_t mode) {
  return open_watched(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int descriptor) {
  int *entry = slot(descriptor);
  if (entry == NULL || *entry == 0) return REAL(close)(descriptor);
  pthread_mutex_lock(&lock);
  *entry = 0;
  int result = REAL(close)(descriptor);
  pthread_mutex_unlock(&lock);
  return result;
}

/* The number of a watched file, or 0; with the lock held where it is not 0. */
static uint32_t file_of(int descriptor) {
  int *entry = slot(descriptor);
  if (entry == NULL || *entry == 0) return 0;
  pthread_mutex_lock(&lock);
  if (*entry > 0) return (uint32_t)*entry;
  pthread_mutex_unlock(&lock);
  return 0;
}

static void note_parts(uint32_t file, uint64_t offset, const struct iovec *parts, int count, size_t left) {
  for (int at = 0; at < count && left > 0; at += 1) {
    size_t length = parts[at].iov_len < left ? parts[at].iov_len : left;
    note(WRITTEN, file, offset, parts[at].iov_base, length);
    offset += length;
    left -= length;
  }
}

/* What was written, where; an offset below 0: where the descriptor stood. */
static ssize_t wrote(uint32_t file, int descriptor, off64_t offset, const struct iovec *parts, int count, ssize_t result) {
  int error = errno;
  if (result > 0) {
    uint64_t at = (uint64_t)(offset < 0 ? lseek64(descriptor, 0, SEEK_CUR) - result : offset);
    note_parts(file, at, parts, count, (size_t)result);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  uint32_t file = file_of(descriptor);
  if (file == 0) return REAL(write)(descriptor, bytes, length);
  struct iovec part = {(void *)bytes, length};
  return wrote(file, descriptor, -1, &part, 1, REAL(write)(descriptor, bytes, length));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  uint32_t file = file_of(descriptor);
  if (file == 0) return REAL(pwrite64)(descriptor, bytes, length, offset);
  struct iovec part = {(void *)bytes, length};
  return wrote(file, descriptor, offset, &part, 1, REAL(pwrite64)(descriptor, bytes, length, offset));
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  return pwrite64(descriptor, bytes, length, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  uint32_t file = file_of(descriptor);
  if (file == 0) return REAL(writev)(descriptor, parts, count);
  return wrote(file, descriptor, -1, parts, count, REAL(writev)(descriptor, parts, count));
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
  uint32_t file = file_of(descriptor);
  if (file == 0) return REAL(pwritev64)(descriptor, parts, count, offset);
  return wrote(file, descriptor, offset, parts, count, REAL(pwritev64)(descriptor, parts, count, offset));
}
ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(descriptor, parts, count, offset);
}

int ftruncate64(int descriptor, off64_t size) {
  uint32_t file = file_of(descriptor);
  int result = REAL(ftruncate64)(descriptor, size);
  if (file == 0) return result;
  if (result == 0) note(TRUNCATED, file, (uint64_t)size, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

/* All that was noted of it before is on the disk; for a folder, the names in it. */
static int synced(int descriptor) {
  int *entry = slot(descriptor);
  if (entry == NULL || *entry == 0) return 0;
  pthread_mutex_lock(&lock);
  if (*entry == THE_FOLDER) note(FOLDER_SYNCED, 0, 0, NULL, 0);
  else if (*entry > 0) note(SYNCED, (uint32_t)*entry, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return 1;
}

int fsync(int descriptor) { return synced(descriptor) ? 0 : REAL(fsync)(descriptor); }
int fdatasync(int descriptor) { return synced(descriptor) ? 0 : REAL(fdatasync)(descriptor); }

static int removed(const char *name, int result) {
  int error = errno, at = place_of(name);
  if (result == 0 && at >= 0) {
    names[at].file = 0;
    note(REMOVED, 0, 0, name, strlen(name));
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int unlink(const char *path) {
  const char *name = name_of(path);
  if (name == NULL) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  return removed(name, REAL(unlink)(path));
}

int unlinkat(int at, const char *path, int flags) {
  const char *name = name_of(path);
  if (name == NULL) return REAL(unlinkat)(at, path, flags);
  pthread_mutex_lock(&lock);
  return removed(name, REAL(unlinkat)(at, path, flags));
}

/* The new name stands for the file, in place of the one that had it. The two names are noted with a NUL between them. */
static void moved(const char *from, const char *to) {
  int at = place_of(from), replaced = place_of(to);
  if (at < 0) give_up("a rename of a file that it does not know");
  if (replaced >= 0) names[replaced].file = 0;
  strcpy(names[at].name, to);
  char both[512];
  int length = snprintf(both, sizeof both, "%s%c%s", from, '\0', to);
  note(RENAMED, names[at].file, 0, both, (size_t)length);
}

int rename(const char *old_path, const char *new_path) {
  const char *from = name_of(old_path), *to = name_of(new_path);
  if (from == NULL && to == NULL) return REAL(rename)(old_path, new_path);
  if (from == NULL || to == NULL) give_up("a rename into or out of the folder");
  pthread_mutex_lock(&lock);
  int result = REAL(rename)(old_path, new_path), error = errno;
  if (result == 0) moved(from, to);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
  int *entry = slot(descriptor);
  if (entry != NULL && *entry != 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE))
    give_up("shared memory of a watched file, into which it cannot see");
  return REAL(mmap64)(address, length, protection, flags, descriptor, offset);
}
void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  return mmap64(address, length, protection, flags, descriptor, offset);
}
