/* Temporary files that become outputs, or vanish.
 *
 * The list of the existing ones is global, as only the processor level (cpu.c) is beside it: a signal handler gets no
 * argument. It is a linked list that only grows, by compare-and-swap, so that the handler may walk it at any moment; an
 * entry whose file is gone is used again. A path is taken out of its entry by exchange, by whoever removes the file, so
 * that it is never freed under the handler. */
#include "config.h"

#include "base/tempfile_internal.h"

#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/rng.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------- the list */

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2, "signal handlers need lock-free pointers");

typedef struct list_entry {
    struct list_entry *next; /* never changes once the entry is in the list */
    _Atomic(char *) path;    /* NULL: free */
} list_entry;

static _Atomic(list_entry *) unfinished;

/* Puts path into a free entry, or a new one; path then belongs to the list. NULL when out of memory. */
static list_entry *enter(char *path)
{
    for (list_entry *entry = atomic_load(&unfinished); entry != NULL; entry = entry->next) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&entry->path, &none, path)) {
            return entry;
        }
    }
    list_entry *entry = tfl_calloc(1, sizeof *entry);
    if (entry == NULL) {
        return NULL;
    }
    atomic_init(&entry->path, path);
    entry->next = atomic_load(&unfinished);
    while (!atomic_compare_exchange_weak(&unfinished, &entry->next, entry)) {
        /* entry->next is now the newest head */
    }
    return entry;
}

/* Folders stand in the list with a '/' at the end: they can be removed once the files in them are. */
static bool is_folder(const char *path)
{
    return *path != '\0' && path[strlen(path) - 1] == '/';
}

static void abandon(bool folders)
{
    for (list_entry *entry = atomic_load(&unfinished); entry != NULL; entry = entry->next) {
        char *path = atomic_exchange(&entry->path, NULL);
        if (path == NULL) {
            continue;
        }
        if (!is_folder(path)) {
            (void)unlink(path); /* path is not freed: a handler must not, and the program ends */
        } else if (folders) {
            (void)rmdir(path);
        } else {
            atomic_store(&entry->path, path);
        }
    }
}

void tfl_outputs_abandon(void)
{
    int saved = errno;
    abandon(false);
    abandon(true);
    errno = saved;
}

/* ---------------------------------------------------------------- files */

struct tfl_tempfile {
    list_entry *entry;
    char *path; /* the same text as in entry, owned here: the entry's own copy may be taken by the handler */
};

size_t tfl_path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* FOLDER/.NAME.XXXXXXXX, hidden, different at every call. The caller frees; NULL when out of memory. */
static char *make_path(const char *target, unsigned attempt)
{
    enum { LONGEST_NAME = 200 }; /* of the 255 bytes that file systems allow */
    size_t folder = tfl_path_folder(target);
    const char *name = strlen(target + folder) > LONGEST_NAME ? "tflift" : target + folder;
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t salt[4] = {(uint64_t)getpid(), (uint64_t)now.tv_nsec, (uint64_t)now.tv_sec, attempt};
    size_t size = folder + strlen(name) + 16;
    char *path = tfl_realloc(NULL, size, 1);
    if (path != NULL) {
        (void)snprintf(path, size, "%.*s.%s.%08x", (int)folder, target, name, (unsigned)tfl_hash64(salt, sizeof salt));
    }
    return path;
}

/* Takes the tempfile out of the list and frees it. */
static void forget(tfl_tempfile *tempfile)
{
    if (tempfile->entry != NULL) {
        free(atomic_exchange(&tempfile->entry->path, NULL));
    }
    free(tempfile->path);
    free(tempfile);
}

/* One attempt. It enters the list first, so that there is no moment in which a signal leaves the file behind. */
static tfl_tempfile *attempt_create(const char *target, mode_t mode, unsigned attempt, int *fd, int *error)
{
    *error = ENOMEM;
    tfl_tempfile *tempfile = tfl_calloc(1, sizeof *tempfile);
    char *path = make_path(target, attempt);
    if (tempfile == NULL || path == NULL || (tempfile->path = tfl_strdup(path)) == NULL ||
        (tempfile->entry = enter(path)) == NULL) {
        free(path);
        if (tempfile != NULL) {
            free(tempfile->path);
            free(tempfile);
        }
        return NULL;
    }
    *fd = open(tempfile->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (*fd < 0) {
        *error = errno;
        forget(tempfile);
        return NULL;
    }
    return tempfile;
}

tfl_status tfl_tempfile_create(const char *target, mode_t mode, bool exact, const char *name, tfl_tempfile **out,
                               int *fd, tfl_error *err)
{
    int error = EEXIST;
    *out = NULL;
    for (unsigned attempt = 0; *out == NULL && error == EEXIST && attempt < 100; attempt++) {
        *out = attempt_create(target, mode, attempt, fd, &error);
    }
    if (*out == NULL) {
        return tfl_fail_errno(err, error, "%s: cannot create a file there", name);
    }
    if (exact && fchmod(*fd, mode) != 0) {
        tfl_status status = tfl_fail_errno(err, errno, "%s: cannot keep the permissions of the old file", name);
        (void)close(*fd);
        tfl_tempfile_remove(*out);
        *out = NULL;
        return status;
    }
    return TFL_OK;
}

/* So that the new name outlives a crash of the machine. Folders that cannot be opened or synced are left to the system.
 */
static void sync_folder(const char *path)
{
    size_t length = tfl_path_folder(path);
    char *folder = length == 0 ? tfl_strdup(".") : tfl_strndup(path, length);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
}

tfl_status tfl_tempfile_rename(tfl_tempfile *tempfile, const char *target, const char *name, tfl_error *err)
{
    if (rename(tempfile->path, target) != 0) {
        tfl_status status = tfl_fail_errno(err, errno, "%s: cannot give the finished file its name", name);
        tfl_tempfile_remove(tempfile);
        return status;
    }
    forget(tempfile);
    sync_folder(target);
    return TFL_OK;
}

void tfl_tempfile_remove(tfl_tempfile *tempfile)
{
    if (tempfile != NULL) {
        (void)unlink(tempfile->path);
        forget(tempfile);
    }
}

/* ---------------------------------------------------------------- folders */

struct tfl_output_folder {
    list_entry *entry;   /* NULL: the folder was there before */
    char *path;          /* with a '/' at the end; owned here, as with files */
    char *target;        /* its name once it is complete; NULL: path is */
    tfl_tempfile **file; /* what is in it so far, of one that is not complete */
    size_t n, capacity;
};

static void forget_folder(tfl_output_folder *folder)
{
    for (size_t i = 0; i < folder->n; i++) {
        forget(folder->file[i]);
    }
    if (folder->entry != NULL) {
        free(atomic_exchange(&folder->entry->path, NULL));
    }
    free(folder->file);
    free(folder->target);
    free(folder->path);
    free(folder);
}

/* A folder of that path in the list, not made yet. NULL when out of memory. */
static tfl_output_folder *enter_folder(const char *path)
{
    size_t size = strlen(path) + 2;
    tfl_output_folder *folder = tfl_calloc(1, sizeof *folder);
    char *listed = tfl_calloc(size, 1);
    if (folder != NULL && listed != NULL && (folder->path = tfl_calloc(size, 1)) != NULL) {
        (void)snprintf(folder->path, size, "%s/", path);
        (void)snprintf(listed, size, "%s/", path);
        folder->entry = enter(listed);
    }
    if (folder == NULL || folder->entry == NULL) {
        free(listed);
        if (folder != NULL) {
            forget_folder(folder);
        }
        return NULL;
    }
    return folder;
}

tfl_status tfl_output_folder_open(const char *path, tfl_output_folder **out, tfl_error *err)
{
    struct stat status;
    *out = NULL;
    if (*path == '\0') {
        return tfl_fail(err, TFL_EUSAGE, "the name of an output folder is empty: give one");
    }
    tfl_output_folder *folder = enter_folder(path);
    if (folder == NULL) {
        return tfl_fail_memory(err, "an output folder");
    }
    if (mkdir(path, 0777) != 0) {
        int error = errno;
        free(atomic_exchange(&folder->entry->path, NULL)); /* not ours to remove */
        folder->entry = NULL;
        if (error != EEXIST || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
            forget_folder(folder);
            return error == EEXIST ? tfl_fail(err, TFL_EUSAGE, "%s: is no folder, and one is needed", path)
                                   : tfl_fail_errno(err, error, "%s: cannot make the folder", path);
        }
    }
    *out = folder;
    return TFL_OK;
}

void tfl_output_folder_keep(tfl_output_folder *folder)
{
    if (folder != NULL) {
        forget_folder(folder);
    }
}

void tfl_output_folder_discard(tfl_output_folder *folder)
{
    if (folder != NULL) {
        for (size_t i = 0; i < folder->n; i++) {
            (void)unlink(folder->file[i]->path);
        }
        if (folder->entry != NULL) {
            (void)rmdir(folder->path);
        }
        forget_folder(folder);
    }
}

/* ---------------------------------------------------------------- folders that are complete or not there */

/* Whether there is a folder of that name with something in it, or something else. */
static tfl_status check_target(const char *target, tfl_error *err)
{
    struct stat found;
    if (stat(target, &found) != 0) {
        return TFL_OK;
    }
    DIR *folder = S_ISDIR(found.st_mode) ? opendir(target) : NULL;
    if (folder == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "%s: is there already, and no folder that can be read: give another name",
                        target);
    }
    size_t n = 0;
    while (readdir(folder) != NULL) {
        n++;
    }
    (void)closedir(folder);
    return n <= 2 ? TFL_OK
                  : tfl_fail(err, TFL_EUSAGE, "%s: is there already and not empty: remove it, or give another name",
                             target);
}

/* Makes a hidden folder beside target. */
static tfl_status make_stage(const char *target, tfl_output_folder **out, tfl_error *err)
{
    int error = EEXIST;
    for (unsigned attempt = 0; error == EEXIST && attempt < 100; attempt++) {
        char *path = make_path(target, attempt);
        tfl_output_folder *folder = path != NULL ? enter_folder(path) : NULL;
        error = folder == NULL ? ENOMEM : mkdir(path, 0777) != 0 ? errno : 0;
        free(path);
        if (error == 0) {
            *out = folder;
            return TFL_OK;
        }
        if (folder != NULL) {
            forget_folder(folder);
        }
    }
    return tfl_fail_errno(err, error, "%s: cannot make the folder", target);
}

tfl_status tfl_output_folder_stage(const char *path, tfl_output_folder **out, tfl_error *err)
{
    *out = NULL;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    char *target = tfl_strndup(path, length);
    if (target == NULL) {
        return tfl_fail_memory(err, "an output folder");
    }
    tfl_status status = length == 0 ? tfl_fail(err, TFL_EUSAGE, "the name of an output folder is empty: give one")
                                    : check_target(target, err);
    if (status == TFL_OK) {
        status = make_stage(target, out, err);
    }
    if (status != TFL_OK) {
        free(target);
        return status;
    }
    (*out)->target = target;
    return TFL_OK;
}

const char *tfl_output_folder_file(tfl_output_folder *folder, const char *name)
{
    tfl_error unused = TFL_ERROR_INIT;
    size_t size = strlen(folder->path) + strlen(name) + 1;
    tfl_tempfile *file = tfl_calloc(1, sizeof *file);
    char *listed = tfl_calloc(size, 1);
    bool good = TFL_GROW(folder->file, &folder->capacity, folder->n + 1, "files", &unused) == TFL_OK;
    if (good && file != NULL && listed != NULL && (file->path = tfl_calloc(size, 1)) != NULL) {
        (void)snprintf(file->path, size, "%s%s", folder->path, name);
        (void)snprintf(listed, size, "%s%s", folder->path, name);
        file->entry = enter(listed);
    }
    if (file == NULL || file->entry == NULL) {
        free(listed);
        if (file != NULL) {
            forget(file);
        }
        return NULL;
    }
    folder->file[folder->n++] = file;
    return file->path;
}

tfl_status tfl_output_folder_commit(tfl_output_folder *folder, tfl_error *err)
{
    sync_folder(folder->path);
    if (rename(folder->path, folder->target) != 0) {
        tfl_status status = tfl_fail_errno(err, errno, "%s: cannot give the finished folder its name", folder->target);
        tfl_output_folder_discard(folder);
        return status;
    }
    sync_folder(folder->target);
    forget_folder(folder);
    return TFL_OK;
}
