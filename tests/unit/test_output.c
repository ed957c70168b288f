/* Outputs: complete under their name or not there at all, whatever ends the writing. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/lines.h"
#include "tflift/output.h"
#include "tflift/rng.h"
#include "tflift/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEED = 31 };

static tfl_error err;
static char folder[4200]; /* a new one for each test */
static char path[4300];   /* "out" in it */

static void set_up(void)
{
    test_scratch_path(folder, sizeof folder, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
    tfl_error_clear(&err);
    signal(SIGPIPE, SIG_IGN);
    tfl_lines_quiet();
}

/* How many files the folder holds, hidden ones counted. */
static size_t count_files(void)
{
    DIR *directory = opendir(folder);
    size_t n = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(directory);
    return n;
}

static void expect_content(const char *file, const char *content)
{
    char *bytes;
    size_t size = test_read_file(file, &bytes);
    ck_assert_uint_eq(size, strlen(content));
    ck_assert_str_eq(bytes, content);
    free(bytes);
}

static mode_t mode_of(const char *file)
{
    struct stat status;
    ck_assert_int_eq(stat(file, &status), 0);
    return status.st_mode & 07777;
}

static void write_all(const char *file, const char *content)
{
    tfl_output *output;
    ck_assert_int_eq(tfl_output_open(file, TFL_BY_NAME, &output, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_write(output, content, strlen(content), &err), TFL_OK);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
}

/* ---------------------------------------------------------------- all or nothing */

START_TEST(nothing_shows_before_commit)
{
    tfl_output *output;
    test_write_file(path, "old", 3);
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_printf(output, &err, "%s %d\n", "new", 1), TFL_OK);
    ck_assert_int_eq(tfl_output_flush(output, &err), TFL_OK);
    expect_content(path, "old");
    ck_assert_uint_eq(count_files(), 2);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
    expect_content(path, "new 1\n");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

START_TEST(discard_leaves_nothing)
{
    tfl_output *output;
    for (int old = 0; old < 2; old++) {
        if (old) {
            test_write_file(path, "old", 3);
        }
        ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_write(output, "new", 3, &err), TFL_OK);
        tfl_output_discard(output);
        ck_assert_uint_eq(count_files(), (size_t)old);
    }
    expect_content(path, "old");
    tfl_output_discard(NULL);
}
END_TEST

static void end_by_signal(int number)
{
    tfl_outputs_abandon(); // NOLINT(bugprone-signal-handler,cert-sig30-c): made for this
    signal(number, SIG_DFL);
    raise(number);
}

/* Many outputs, some finished, a few written at once; the old file of one survives. */
START_TEST(a_signal_leaves_nothing)
{
    test_write_file(path, "old", 3);
    pid_t child = fork();
    if (child == 0) {
        tfl_output *output[100];
        signal(SIGTERM, end_by_signal);
        for (int i = 0; i < 100; i++) {
            char name[4400];
            snprintf(name, sizeof name, "%s%.0d", path, i);
            ck_assert_int_eq(tfl_output_open(name, TFL_PLAIN, &output[i], &err), TFL_OK);
            ck_assert_int_eq(tfl_output_printf(output[i], &err, "new %d\n", i), TFL_OK);
            if (i % 10 == 5) {
                ck_assert_int_eq(tfl_output_commit(output[i], &err), TFL_OK);
            } else if (i % 10 == 6) {
                tfl_output_discard(output[i]);
            }
        }
        raise(SIGTERM);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    ck_assert_uint_eq(count_files(), 11);
    expect_content(path, "old");
}
END_TEST

/* ---------------------------------------------------------------- what goes wrong */

START_TEST(a_full_disk_is_noticed)
{
    for (int flush = 0; flush < 2; flush++) {
        for (size_t size = 1; size <= 1000000; size *= 1000) {
            tfl_output *output;
            char *bytes = calloc(size, 1);
            tfl_error_clear(&err);
            ck_assert_int_eq(tfl_output_open("/dev/full", TFL_PLAIN, &output, &err), TFL_OK);
            tfl_status status = tfl_output_write(output, bytes, size, &err);
            if (status == TFL_OK && flush) {
                status = tfl_output_flush(output, &err);
                ck_assert_int_eq(status, TFL_EIO);
            }
            tfl_error again = TFL_ERROR_INIT;
            ck_assert_int_eq(tfl_output_commit(output, &again), TFL_EIO);
            ck_assert_str_eq(again.message, "/dev/full: cannot write: No space left on device");
            ck_assert(status == TFL_OK || strcmp(err.message, again.message) == 0);
            free(bytes);
        }
    }
}
END_TEST

/* A limit on the size of files stands for a disk that fills up half-way. */
START_TEST(a_disk_that_fills_up_leaves_the_old_file)
{
    struct rlimit limit = {100000, 100000};
    char line[100], name[4400];
    snprintf(name, sizeof name, "%s%s", path, _i == 1 ? ".gz" : "");
    test_write_file(name, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    tfl_output *output;
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "noise", 0); /* that does not compress */
    ck_assert_int_eq(tfl_output_open(name, TFL_BY_NAME, &output, &err), TFL_OK);
    tfl_status status = TFL_OK;
    for (int i = 0; i < 10000; i++) {
        for (size_t j = 0; j < sizeof line; j++) {
            line[j] = (char)tfl_rng_next(&rng);
        }
        status = tfl_output_write(output, line, sizeof line, &err);
    }
    ck_assert_int_eq(status, TFL_EIO);
    tfl_error again = TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_output_commit(output, &again), TFL_EIO);
    char expected[4500];
    snprintf(expected, sizeof expected, "%s: cannot write: File too large", name);
    ck_assert_str_eq(err.message, expected);
    ck_assert_str_eq(again.message, expected);
    ck_assert_uint_eq(count_files(), 1);
    expect_content(name, "old");
}
END_TEST

START_TEST(a_closed_pipe_is_its_own_status)
{
    int end[2];
    ck_assert_int_eq(pipe(end), 0);
    ck_assert_int_eq(dup2(end[1], STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(close(end[0]), 0);
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1"};
    for (size_t i = 0; i < 3; i++) {
        tfl_output *output;
        tfl_error_clear(&err);
        ck_assert_int_eq(tfl_output_open(names[i], TFL_BY_NAME, &output, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_write(output, "x", 1, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_commit(output, &err), TFL_ECLOSED);
        char expected[100];
        snprintf(expected, sizeof expected, "%s: cannot write: Broken pipe", i == 0 ? "standard output" : names[i]);
        ck_assert_str_eq(err.message, expected);
    }
}
END_TEST

START_TEST(what_cannot_be_written)
{
    static const struct {
        const char *name; /* within the folder */
        tfl_status status;
        const char *what;
    } table[] = {{"absent/out", TFL_EIO, "cannot create a file there: No such file or directory"},
                 {"out/", TFL_EUSAGE, "is a folder, and a file name is needed"},
                 {".", TFL_EUSAGE, "is a folder, and a file name is needed"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[4400], expected[4500];
        tfl_output *output = (tfl_output *)&err;
        snprintf(name, sizeof name, "%s/%s", folder, table[i].name);
        snprintf(expected, sizeof expected, "%s: %s", name, table[i].what);
        tfl_error_clear(&err);
        ck_assert_int_eq(tfl_output_open(name, TFL_PLAIN, &output, &err), table[i].status);
        ck_assert_ptr_null(output);
        ck_assert_str_eq(err.message, expected);
    }
    ck_assert_uint_eq(count_files(), 0);
}
END_TEST

/* The target turns into a folder while the output is written: commit fails, and nothing stays behind. */
START_TEST(a_failed_rename_leaves_nothing)
{
    tfl_output *output;
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_EIO);
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* ---------------------------------------------------------------- permissions and links */

START_TEST(permissions_are_kept)
{
    umask(027);
    write_all(path, "new");
    ck_assert_uint_eq(mode_of(path), 0640);
    static const mode_t modes[] = {0600, 0664, 0755, 0604};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        write_all(path, "newer");
        ck_assert_uint_eq(mode_of(path), modes[i]);
    }
}
END_TEST

START_TEST(links_are_followed)
{
    char link[4400], target[4400], inner[4400];
    snprintf(inner, sizeof inner, "%s/inner", folder);
    snprintf(target, sizeof target, "%s/inner/target", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(mkdir(inner, 0777), 0);
    ck_assert_int_eq(symlink("link", path), 0); /* out -> link -> inner/target, relative ones */
    ck_assert_int_eq(symlink("inner/target", link), 0);
    for (int round = 0; round < 2; round++) { /* first it leads nowhere */
        write_all(path, round == 0 ? "first" : "second");
        expect_content(target, round == 0 ? "first" : "second");
        struct stat status;
        ck_assert(lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
        ck_assert(lstat(target, &status) == 0 && S_ISREG(status.st_mode));
    }
    ck_assert_int_eq(unlink(link), 0);
    ck_assert_int_eq(symlink("out", link), 0); /* out -> link -> out */
    tfl_output *output;
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, "cannot follow the symbolic link"));
}
END_TEST

START_TEST(long_names_work)
{
    char name[4500];
    snprintf(name, sizeof name, "%s/%0255d", folder, 1);
    write_all(name, "x");
    expect_content(name, "x");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* ---------------------------------------------------------------- bytes */

/* Random calls of every writing function against a copy of what they should give. */
START_TEST(bytes_arrive_as_written)
{
    enum { MOST = 3000000 };
    tfl_rng rng;
    tfl_output *output;
    char *copy = malloc(MOST), *bytes = malloc(700000);
    size_t n = 0;
    tfl_rng_init(&rng, SEED, "calls", (uint64_t)_i);
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert(tfl_output_seekable(output));
    while (n + 700000 < MOST) {
        size_t size = tfl_rng_below(&rng, tfl_rng_below(&rng, 10) == 0 ? 600000 : 300);
        memset(bytes, (char)('a' + n % 26), size);
        switch (tfl_rng_below(&rng, 5)) {
        case 0:
            ck_assert_int_eq(tfl_output_write(output, bytes, size, &err), TFL_OK);
            break;
        case 1:
            bytes[size] = '\0';
            ck_assert_int_eq(tfl_output_printf(output, &err, "%s", bytes), TFL_OK);
            break;
        case 2:
            size %= 65536;
            char *room = tfl_output_reserve(output, size + (65536 - size) % 7, &err);
            ck_assert_ptr_nonnull(room);
            memcpy(room, bytes, size);
            tfl_output_advance(output, size);
            break;
        case 3:
            size = size < n ? size : n;
            size_t offset = n - size > 0 ? tfl_rng_below(&rng, (uint32_t)(n - size)) : 0;
            memset(bytes, '#', size);
            ck_assert_int_eq(tfl_output_patch(output, offset, bytes, size, &err), TFL_OK);
            memcpy(copy + offset, bytes, size);
            size = 0;
            break;
        default:
            ck_assert_int_eq(tfl_output_flush(output, &err), TFL_OK);
            size = 0;
        }
        memcpy(copy + n, bytes, size);
        n += size;
        ck_assert_uint_eq(tfl_output_position(output), n);
    }
    ck_assert_int_eq(tfl_output_patch(output, n - 1, "ab", 2, &err), TFL_EUSAGE);
    tfl_error_clear(&err);
    ck_assert_ptr_null(tfl_output_reserve(output, 65537, &err));
    ck_assert_int_eq(err.status, TFL_EUSAGE);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
    char *written;
    ck_assert_uint_eq(test_read_file(path, &written), n);
    ck_assert_int_eq(memcmp(written, copy, n), 0);
    free(written);
    free(copy);
    free(bytes);
}
END_TEST

START_TEST(names_choose_compression)
{
    static const struct {
        const char *suffix;
        tfl_compression compression;
        bool compressed;
    } table[] = {{".gz", TFL_BY_NAME, true},  {".bgz", TFL_BY_NAME, true}, {".bgzf", TFL_BY_NAME, true},
                 {".GZ", TFL_BY_NAME, true},  {".Bgz", TFL_BY_NAME, true}, {".gz", TFL_PLAIN, false},
                 {".bw", TFL_BY_NAME, false}, {"gz", TFL_BY_NAME, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[4400], read_back[32] = "", *bytes;
        tfl_output *output;
        snprintf(name, sizeof name, "%s%s", path, table[i].suffix);
        ck_assert_int_eq(tfl_output_stem(name) == strlen(path), table[i].suffix[0] == '.' && table[i].suffix[2] != 'w');
        ck_assert_int_eq(tfl_output_open(name, table[i].compression, &output, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_seekable(output), !table[i].compressed);
        ck_assert_int_eq(tfl_output_write(output, "hello", 5, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_flush(output, &err), TFL_OK);
        ck_assert_uint_eq(tfl_output_position(output), 5);
        tfl_error refused = TFL_ERROR_INIT;
        ck_assert_int_eq(tfl_output_patch(output, 0, "H", 1, &refused), table[i].compressed ? TFL_EUSAGE : TFL_OK);
        ck_assert_int_eq(tfl_output_write(output, "!", 1, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
        BGZF *file = bgzf_open(name, "r");
        ck_assert_int_eq(bgzf_read(file, read_back, sizeof read_back), 6);
        ck_assert_str_eq(read_back, table[i].compressed ? "hello!" : "Hello!");
        ck_assert_int_eq(bgzf_close(file), 0);
        size_t size = test_read_file(name, &bytes);
        ck_assert_int_eq(size > 28 && memcmp(bytes + size - 28, "\x1f\x8b\x08\x04", 4) == 0, table[i].compressed);
        free(bytes);
    }
}
END_TEST

/* Blocks do not depend on how the bytes came: threads and batches must not change a file. */
START_TEST(compressed_files_depend_on_their_content_alone)
{
    enum { SIZE = 1000000 };
    char *content = malloc(SIZE), name[4400], *first = NULL, *written, *read_back = malloc(SIZE + 1);
    size_t first_size = 0;
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "content", 0);
    snprintf(name, sizeof name, "%s.gz", path);
    for (size_t i = 0; i < SIZE; i++) {
        content[i] = "ACGT\n"[tfl_rng_below(&rng, 5)];
    }
    for (int round = 0; round < 4; round++) {
        static const uint32_t most[] = {10, 3000, 65536, SIZE};
        tfl_output *output;
        ck_assert_int_eq(tfl_output_open(name, TFL_BY_NAME, &output, &err), TFL_OK);
        for (size_t n = 0; n < SIZE;) {
            size_t size = 1 + tfl_rng_below(&rng, most[round]);
            size = size < SIZE - n ? size : SIZE - n;
            ck_assert_int_eq(tfl_output_write(output, content + n, size, &err), TFL_OK);
            ck_assert_ptr_nonnull(tfl_output_reserve(output, 1 + tfl_rng_below(&rng, 65536), &err));
            n += size;
        }
        ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
        size_t size = test_read_file(name, &written);
        ck_assert(first == NULL || (size == first_size && memcmp(written, first, size) == 0));
        free(first);
        first = written;
        first_size = size;
    }
    BGZF *file = bgzf_open(name, "r");
    ck_assert_int_eq(bgzf_read(file, read_back, SIZE + 1), SIZE);
    ck_assert_mem_eq(read_back, content, SIZE);
    ck_assert_int_eq(bgzf_check_EOF(file), 1);
    ck_assert_int_eq(bgzf_close(file), 0);
    free(first);
    free(content);
    free(read_back);
}
END_TEST

/* ---------------------------------------------------------------- pipes and devices */

START_TEST(a_fifo_is_written_directly)
{
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    pid_t child = fork();
    if (child == 0) {
        write_all(path, "through the pipe");
        _exit(0);
    }
    expect_content(path, "through the pipe");
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    struct stat now;
    ck_assert(stat(path, &now) == 0 && S_ISFIFO(now.st_mode));
}
END_TEST

/* Standard output that goes to a file, to its end: what is there stays. */
START_TEST(standard_output_is_not_replaced)
{
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
    test_write_file(path, "before;", 7);
    int fd = open(path, O_WRONLY | O_APPEND);
    ck_assert_int_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    for (size_t i = 0; i < 4; i++) {
        tfl_output *output;
        ck_assert_int_eq(tfl_output_open(names[i], TFL_PLAIN, &output, &err), TFL_OK);
        ck_assert(!tfl_output_seekable(output));
        ck_assert_int_eq(tfl_output_write(output, "more;", 5, &err), TFL_OK);
        ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
    }
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(write(STDOUT_FILENO, "open", 4), 4); /* commit closes a copy */
    expect_content(path, "before;more;more;more;more;open");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* A reader that is slow, behind a descriptor that does not wait. */
START_TEST(writes_that_would_block_are_waited_for)
{
    int end[2];
    enum { SIZE = 1000000 };
    ck_assert_int_eq(pipe(end), 0);
    ck_assert_int_eq(fcntl(end[1], F_SETFL, O_NONBLOCK), 0);
    pid_t child = fork();
    if (child == 0) {
        char *bytes = calloc(SIZE, 1), name[32];
        snprintf(name, sizeof name, "/dev/fd/%d", end[1]);
        tfl_output *output;
        (void)close(end[0]);
        bool good = tfl_output_open(name, TFL_PLAIN, &output, &err) == TFL_OK &&
                    tfl_output_write(output, bytes, SIZE, &err) == TFL_OK && tfl_output_commit(output, &err) == TFL_OK;
        _exit(good ? 0 : 1);
    }
    (void)close(end[1]);
    static char buffer[50000];
    size_t total = 0;
    for (ssize_t n = 1; n > 0; total += (size_t)n) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
        n = read(end[0], buffer, sizeof buffer);
        ck_assert_int_ge(n, 0);
    }
    ck_assert_uint_eq(total, SIZE);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* ---------------------------------------------------------------- inputs and spill files */

START_TEST(an_output_is_never_an_input)
{
    char link[4400], other[4400], expected[9000];
    snprintf(link, sizeof link, "%s/link", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    test_write_file(path, "x", 1);
    test_write_file(other, "x", 1);
    ck_assert_int_eq(symlink("out", link), 0);
    const char *const inputs[] = {NULL, "-", other, "/dev/null", link};
    ck_assert_int_eq(tfl_output_check(path, inputs, 4, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_check("-", inputs, 5, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_check(NULL, inputs, 5, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_check("/dev/null", inputs, 5, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_check(path, inputs, 5, &err), TFL_EUSAGE);
    snprintf(expected, sizeof expected, "%s: would overwrite the input %s: give the output another name", path, link);
    expected[TFL_ERROR_SIZE - 1] = '\0';
    ck_assert_str_eq(err.message, expected);
}
END_TEST

/* A standard stream that was redirected is the file that it was redirected to. */
START_TEST(standard_streams_are_files_too)
{
    char other[4400];
    snprintf(other, sizeof other, "%s/other", folder);
    test_write_file(path, "x", 1);
    test_write_file(other, "x", 1);
    const char *const inputs[] = {path}, *const standard[] = {"-"};
    const int kept[] = {dup(STDIN_FILENO), dup(STDOUT_FILENO)};
    int file = open(path, O_RDWR);
    (void)fflush(stdout);
    ck_assert_int_eq(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
    const tfl_status out = tfl_output_check("-", inputs, 1, &err);
    const bool one = tfl_output_same("-", path), another = tfl_output_same(other, "-");
    (void)dup2(kept[1], STDOUT_FILENO);
    ck_assert_int_eq(dup2(file, STDIN_FILENO), STDIN_FILENO);
    const tfl_status in = tfl_output_check(path, standard, 1, NULL),
                     others = tfl_output_check(other, standard, 1, NULL);
    (void)dup2(kept[0], STDIN_FILENO);
    ck_assert_int_eq(close(file) + close(kept[0]) + close(kept[1]), 0);
    ck_assert_int_eq(out, TFL_EUSAGE);
    ck_assert_int_eq(strncmp(err.message, "standard output: would overwrite the input ", 43), 0);
    ck_assert(one && !another);
    ck_assert_int_eq(in, TFL_EUSAGE);
    ck_assert_int_eq(others, TFL_OK);
}
END_TEST

/* What is not there yet can be an input when it comes to be read, and a link to it is it. */
START_TEST(an_output_is_no_input_that_is_not_there_yet)
{
    char to_nothing[4400], other[4400];
    snprintf(to_nothing, sizeof to_nothing, "%s/to_nothing", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(symlink("./out", to_nothing), 0);
    const char *const inputs[] = {path};
    ck_assert_int_eq(tfl_output_check(path, inputs, 1, NULL), TFL_EUSAGE);
    ck_assert_int_eq(tfl_output_check(to_nothing, inputs, 1, NULL), TFL_EUSAGE);
    ck_assert_int_eq(tfl_output_check(other, inputs, 1, &err), TFL_OK);
    ck_assert(tfl_output_same(to_nothing, path) && !tfl_output_same(to_nothing, other));
}
END_TEST

/* Also those that memory did not hold. */
START_TEST(spooled_bytes_are_written)
{
    enum { N = 200000 };
    tfl_spool spool = TFL_SPOOL_INIT;
    tfl_output *output;
    char *text = calloc(N + 1, 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < N; i++) {
        text[i] = (char)('a' + i * i % 23);
    }
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert_int_eq(tfl_spool_copy(&spool, output, &err), TFL_OK); /* nothing yet */
    ck_assert_int_eq(tfl_spool_append(&spool, text, 7, &err), TFL_OK);
    ck_assert_int_eq(tfl_spool_append(&spool, text + 7, N - 7, &err), TFL_OK);
    ck_assert_int_eq(tfl_spool_copy(&spool, output, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
    expect_content(path, text);
    tfl_spool_clear(&spool);
    free(text);
}
END_TEST

/* In order, in steps and leaps, and over the end of what lies in the file, which grows meanwhile. */
START_TEST(spooled_bytes_are_read_from_anywhere)
{
    enum { N = 400000, READS = 20000, MOST = 9000 };
    tfl_spool spool = TFL_SPOOL_INIT;
    tfl_rng rng;
    unsigned char *bytes = calloc(N, 1), back[MOST];
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(setenv("TMPDIR", folder, 1), 0);
    tfl_rng_init(&rng, 1, "spool", 0);
    uint64_t at = 0, there = 0;
    for (size_t i = 0; i < N; i++) {
        bytes[i] = (unsigned char)tfl_rng_below(&rng, 256);
    }
    for (int i = 0; i < READS; i++) {
        if (i % 50 == 0 && there < N) {
            ck_assert_int_eq(tfl_spool_append(&spool, bytes + there, N / 100, &err), TFL_OK);
            there += N / 100;
        }
        size_t size = tfl_rng_below(&rng, i % 10 == 0 ? MOST : 300);
        at = i % 7 == 0 ? tfl_rng_below(&rng, (uint32_t)there) : at + tfl_rng_below(&rng, i % 3 == 0 ? 2000 : 20);
        at = at + size > there ? 0 : at;
        size = size > there ? (size_t)there : size;
        ck_assert_int_eq(tfl_spool_read(&spool, at, back, size, &err), TFL_OK);
        ck_assert_int_eq(memcmp(back, bytes + at, size), 0);
        at += size;
    }
    ck_assert_uint_eq(tfl_spool_size(&spool), N);
    tfl_spool_clear(&spool);
    free(bytes);
}
END_TEST

START_TEST(spilled_bytes_come_back)
{
    int fd;
    ck_assert_int_eq(setenv("TMPDIR", folder, 1), 0);
    ck_assert_int_eq(tfl_spill_open(&fd, &err), TFL_OK);
    ck_assert_uint_eq(count_files(), 0);
    uint64_t value[1000], back[1000];
    for (uint64_t i = 0; i < 1000; i++) {
        value[i] = i * i;
    }
    ck_assert_int_eq(tfl_spill_write(fd, UINT64_C(5000000000), value, sizeof value, &err), TFL_OK);
    ck_assert_int_eq(tfl_spill_read(fd, UINT64_C(5000000000) + 80, back, sizeof back - 80, &err), TFL_OK);
    ck_assert_int_eq(memcmp(back, value + 10, sizeof back - 80), 0);
    ck_assert_int_eq(tfl_spill_read(fd, UINT64_C(5000000000) + 80, back, sizeof back, &err), TFL_EIO);
    ck_assert_str_eq(err.message, "temporary file: ends 80 bytes too early");
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_spill_read(fd, UINT64_MAX, back, 8, &err), TFL_EIO);
    ck_assert_int_eq(close(fd), 0);

    char expected[4400], absent[4300];
    snprintf(absent, sizeof absent, "%s/absent", folder);
    ck_assert_int_eq(setenv("TMPDIR", absent, 1), 0);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_spill_open(&fd, &err), TFL_EIO);
    snprintf(expected, sizeof expected,
             "%s: cannot create a temporary file (TMPDIR names another folder): No such file or directory", absent);
    ck_assert_str_eq(err.message, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("output");
    tcase_set_timeout(tests, 60);
    test_use_scratch(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, nothing_shows_before_commit);
    tcase_add_test(tests, discard_leaves_nothing);
    tcase_add_test(tests, a_signal_leaves_nothing);
    tcase_add_test(tests, a_full_disk_is_noticed);
    tcase_add_loop_test(tests, a_disk_that_fills_up_leaves_the_old_file, 0, 2);
    tcase_add_test(tests, a_closed_pipe_is_its_own_status);
    tcase_add_test(tests, what_cannot_be_written);
    tcase_add_test(tests, a_failed_rename_leaves_nothing);
    tcase_add_test(tests, permissions_are_kept);
    tcase_add_test(tests, links_are_followed);
    tcase_add_test(tests, long_names_work);
    tcase_add_loop_test(tests, bytes_arrive_as_written, 0, 3);
    tcase_add_test(tests, names_choose_compression);
    tcase_add_test(tests, compressed_files_depend_on_their_content_alone);
    tcase_add_test(tests, a_fifo_is_written_directly);
    tcase_add_test(tests, standard_output_is_not_replaced);
    tcase_add_test(tests, writes_that_would_block_are_waited_for);
    tcase_add_test(tests, an_output_is_never_an_input);
    tcase_add_test(tests, standard_streams_are_files_too);
    tcase_add_test(tests, an_output_is_no_input_that_is_not_there_yet);
    tcase_add_test(tests, spooled_bytes_are_written);
    tcase_add_test(tests, spooled_bytes_are_read_from_anywhere);
    tcase_add_test(tests, spilled_bytes_come_back);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
