/* References that a FASTA file gives, by the name of the sequence they belong to. */
#include "config.h"

#include "seq/given_internal.h"

#include "tflift/memory.h"
#include "tflift/table.h"

#include <stdlib.h>
#include <string.h>

typedef struct record {
    char *letters;
    size_t length;
    size_t owner; /* index in the table of names */
} record;

struct tfl_given {
    char *path;
    tfl_table *name; /* of sequences */
    record *record;  /* [n], in the order of the file */
    size_t n;
    size_t capacity;
    size_t *first;    /* [names + 1] where the records of a name start in by_owner */
    size_t *by_owner; /* [n] indices of records, those of a name together */
};

void tfl_given_free(tfl_given *given)
{
    if (given == NULL) {
        return;
    }
    for (size_t i = 0; i < given->n; i++) {
        free(given->record[i].letters);
    }
    free(given->record);
    free(given->first);
    free(given->by_owner);
    tfl_table_free(given->name);
    free(given->path);
    free(given);
}

/* Cuts a trailing |KIND|J off: J is a number, KIND anything without '|'. */
static void cut_suffix(char *name)
{
    char *last = strrchr(name, '|');
    if (last == NULL || last[1] == '\0' || strspn(last + 1, "0123456789") != strlen(last + 1)) {
        return;
    }
    *last = '\0';
    char *kind = strrchr(name, '|');
    if (kind != NULL && kind != name && kind[1] != '\0') {
        *kind = '\0';
    } else {
        *last = '|';
    }
}

/* Takes the letters over from sequence. */
static tfl_status add_record(tfl_given *given, tfl_sequence *sequence, tfl_error *err)
{
    tfl_status status = TFL_GROW(given->record, &given->capacity, given->n + 1, "references", err);
    if (status != TFL_OK) {
        return status;
    }
    record *added = &given->record[given->n];
    cut_suffix(sequence->name);
    status = tfl_table_add(given->name, sequence->name, &added->owner, NULL, err);
    if (status == TFL_OK) {
        added->length = sequence->length;
        added->letters = tfl_strndup(sequence->letters, sequence->length);
        if (added->letters == NULL) {
            return tfl_fail_memory(err, "references");
        }
        given->n++;
    }
    return status;
}

static tfl_status read_records(tfl_given *given, tfl_fasta *fasta, tfl_error *err)
{
    tfl_sequence sequence = {0};
    int found = 0;
    tfl_status status;
    do {
        status = tfl_fasta_next(fasta, &sequence, &found, err);
        if (status == TFL_OK && found) {
            status = add_record(given, &sequence, err);
        }
    } while (status == TFL_OK && found);
    tfl_sequence_clear(&sequence);
    return status;
}

/* Brings the records of each name together, their order kept. */
static tfl_status group(tfl_given *given, tfl_error *err)
{
    size_t n_names = tfl_table_size(given->name);
    given->first = tfl_calloc(n_names + 2, sizeof *given->first);
    given->by_owner = tfl_calloc(given->n, sizeof *given->by_owner);
    if (given->first == NULL || given->by_owner == NULL) {
        return tfl_fail_memory(err, "references");
    }
    size_t *next = given->first +
                   1; /* next[name] becomes where its next record goes, and in the end where the name after it starts */
    for (size_t i = 0; i < given->n; i++) {
        next[given->record[i].owner + 1]++;
    }
    for (size_t name = 0; name < n_names; name++) {
        next[name + 1] += next[name];
    }
    for (size_t i = 0; i < given->n; i++) {
        given->by_owner[next[given->record[i].owner]++] = i;
    }
    return TFL_OK;
}

static tfl_status read_all(tfl_given *given, const char *path, tfl_error *err)
{
    given->path = tfl_strdup(path);
    if (given->path == NULL) {
        return tfl_fail_memory(err, "references");
    }
    tfl_status status = tfl_table_create(&given->name, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_fasta *fasta;
    status = tfl_fasta_open(path, TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &fasta, err);
    if (status == TFL_OK) {
        status = read_records(given, fasta, err);
        tfl_fasta_close(fasta);
    }
    return status == TFL_OK ? group(given, err) : status;
}

tfl_status tfl_given_read(const char *path, tfl_given **out, tfl_error *err)
{
    *out = NULL;
    tfl_given *given = tfl_calloc(1, sizeof *given);
    if (given == NULL) {
        return tfl_fail_memory(err, "references");
    }
    tfl_status status = read_all(given, path, err);
    if (status != TFL_OK) {
        tfl_given_free(given);
        return status;
    }
    *out = given;
    return TFL_OK;
}

tfl_status tfl_given_count(const tfl_given *given, const tfl_sequence *sequence, size_t *count, tfl_error *err)
{
    size_t name;
    if (!tfl_table_find(given->name, sequence->name, &name)) {
        return tfl_fail(err, TFL_EINPUT, "%s: no reference for sequence %s: a record named %s|KIND|0 is needed",
                        given->path, sequence->name, sequence->name);
    }
    *count = given->first[name + 1] - given->first[name];
    for (size_t j = 0; j < *count; j++) {
        size_t length = given->record[given->by_owner[given->first[name] + j]].length;
        if (length != sequence->length) {
            return tfl_fail(err, TFL_EINPUT,
                            "%s: reference %zu of sequence %s has %zu letters, and %zu are needed, as in the sequence",
                            given->path, j, sequence->name, length, sequence->length);
        }
    }
    return TFL_OK;
}

const char *tfl_given_letters(const tfl_given *given, const tfl_sequence *sequence, size_t j)
{
    size_t name;
    if (!tfl_table_find(given->name, sequence->name, &name)) {
        return NULL;
    }
    return given->record[given->by_owner[given->first[name] + j]].letters;
}
