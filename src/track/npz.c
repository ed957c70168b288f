/* The arrays of a npz archive, each in a file of its own. */
#include "config.h"

#include "tflift/npz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/spool.h"
#include "track/file_internal.h"
#include "track/zip_internal.h"

struct tfl_npz {
    tfl_file file;
    tfl_zip_member *member;
    char (*name)[TFL_ZIP_NAME]; /* [n] without ".npy" */
    size_t n;
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t n = strlen(suffix);
    return length >= n && strcmp(text + length - n, suffix) == 0;
}

/* Keeps the members that are arrays. */
static tfl_status keep_arrays(tfl_npz *npz, size_t n, tfl_error *err)
{
    npz->name = tfl_calloc(n, sizeof *npz->name);
    if (npz->name == NULL) {
        return tfl_fail_memory(err, "an npz file");
    }
    for (size_t i = 0; i < n; i++) {
        if (ends_with(npz->member[i].name, ".npy")) {
            npz->member[npz->n] = npz->member[i];
            memcpy(npz->name[npz->n], npz->member[i].name, strlen(npz->member[i].name) - strlen(".npy"));
            npz->n++;
        }
    }
    return npz->n > 0
               ? TFL_OK
               : tfl_fail(err, TFL_EINPUT, "%s: holds no arrays, which are members called *.npy", npz->file.name);
}

tfl_status tfl_npz_open(const char *path, tfl_npz **out, tfl_error *err)
{
    *out = NULL;
    size_t n = 0;
    tfl_npz *npz = tfl_calloc(1, sizeof *npz);
    if (npz == NULL) {
        return tfl_fail_memory(err, "an npz file");
    }
    npz->file = (tfl_file)TFL_FILE_INIT;
    tfl_status status = tfl_file_open(&npz->file, path, "an npz", err);
    if (status == TFL_OK) {
        status = tfl_zip_read_directory(&npz->file, &npz->member, &n, err);
    }
    if (status == TFL_OK) {
        status = keep_arrays(npz, n, err);
    }
    if (status != TFL_OK) {
        tfl_npz_close(npz);
        return status;
    }
    *out = npz;
    return TFL_OK;
}

void tfl_npz_close(tfl_npz *npz)
{
    if (npz != NULL) {
        tfl_file_close(&npz->file);
        free(npz->member);
        free(npz->name);
        free(npz);
    }
}

size_t tfl_npz_size(const tfl_npz *npz)
{
    return npz->n;
}

const char *tfl_npz_array(const tfl_npz *npz, size_t i)
{
    return npz->name[i];
}

/* An archive of one array. */
static tfl_status write_archive(const tfl_zip_member *from, tfl_spool *bytes, tfl_output *output, tfl_error *err)
{
    tfl_zip_member member;
    tfl_status status = tfl_zip_begin(output, "arr_0.npy", &member, err);
    if (status == TFL_OK) {
        status = tfl_spool_copy(bytes, output, err);
    }
    member.size = from->size;
    member.crc = from->crc;
    if (status == TFL_OK) {
        status = tfl_zip_end(output, &member, err);
    }
    return status == TFL_OK ? tfl_zip_write_directory(output, &member, 1, NULL, err) : status;
}

static tfl_status write_array(const tfl_npz *npz, size_t i, const char *path, tfl_output **output, tfl_error *err)
{
    tfl_spool bytes = TFL_SPOOL_INIT;
    tfl_status status = tfl_zip_unpack(&npz->file, &npz->member[i], &bytes, err);
    if (status == TFL_OK) {
        status = tfl_output_open(path, TFL_PLAIN, output, err);
    }
    if (status == TFL_OK) {
        status = ends_with(path, ".npy") ? tfl_spool_copy(&bytes, *output, err)
                                         : write_archive(&npz->member[i], &bytes, *output, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_finish(*output, err);
    }
    tfl_spool_clear(&bytes);
    return status;
}

tfl_status tfl_npz_write(const tfl_npz *npz, const char *const *path, tfl_error *err)
{
    tfl_output **output = tfl_calloc(npz->n, sizeof *output);
    tfl_status status = output == NULL ? tfl_fail_memory(err, "arrays") : TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < npz->n; i++) {
        status = write_array(npz, i, path[i], &output[i], err);
    }
    for (size_t i = 0; output != NULL && i < npz->n; i++) {
        if (status == TFL_OK) {
            status = tfl_output_commit(output[i], err);
        } else {
            tfl_output_discard(output[i]);
        }
    }
    free(output);
    return status;
}
