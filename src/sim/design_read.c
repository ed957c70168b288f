/*
 * Designs from INI files, by libinih.
 *
 * inih does not tell a handler the line, cuts long lines and section names without a word and is silent about sections
 * without keys; so the function that hands it lines counts them, refuses those that are too long and reads section
 * headings itself.
 */
#include "config.h"

#include "sim/design_internal.h"

#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SEQUENCES = 1000000000, LONGEST_SEQUENCE = 100000000, MOST_INSTANCES = 10000, MOST_TASKS = 1000 };

typedef struct reader {
    tfl_lines *lines;
    tfl_design *design;
    const char *folder; /* of the design file, with its last '/'; "" for none */
    tfl_class *class;   /* the section we are in; NULL: [design], or none yet */
    bool begun;         /* a section has begun */
    unsigned seen;      /* bits of the keys that this section has had */
    int64_t motifs_line;
    int64_t *class_line;         /* [n_classes] */
    int64_t **planting_line;     /* [n_classes][n_plantings] */
    size_t class_capacity[3];    /* of design->classes, class_line, planting_line */
    size_t planting_capacity[2]; /* of the last class: planting, planting_line */
    tfl_error *err;              /* the first failure */
} reader;

static void prefix_line(const reader *r, int64_t line, tfl_error *err)
{
    tfl_error_prefix(err, "%s:%" PRId64, tfl_lines_name(r->lines), line);
}

/* ---------------------------------------------------------------- values */

/* The next word of a list separated by commas and blanks, ended by NUL in place; NULL at its end. */
static char *next_word(char **list)
{
    char *word = *list + strspn(*list, ", \t");
    if (*word == '\0') {
        return NULL;
    }
    char *end = word + strcspn(word, ", \t");
    *list = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static tfl_status set_text(char **text, const char *value, const char *key, tfl_error *err)
{
    if (*value == '\0') {
        return tfl_fail(err, TFL_EINPUT, "%s: is empty", key);
    }
    free(*text);
    *text = tfl_strdup(value);
    return *text == NULL ? tfl_fail_memory(err, "a design") : TFL_OK;
}

static tfl_status set_size(size_t *size, const char *value, const char *key, int64_t low, int64_t high, tfl_error *err)
{
    int64_t number = 0;
    if (!tfl_parse_int(value, low, high, &number)) {
        return tfl_fail(err, TFL_EINPUT, "%s: \"%s\" is not a whole number from %" PRId64 " to %" PRId64, key, value,
                        low, high);
    }
    *size = (size_t)number;
    return TFL_OK;
}

static tfl_status set_double(double *out, const char *value, const char *key, double low, double high, tfl_error *err)
{
    double number = 0;
    if (!tfl_parse_double(value, &number) || number < low || number > high) {
        return tfl_fail(err, TFL_EINPUT, "%s: \"%s\" is not a number from %g to %g", key, value, low, high);
    }
    *out = number;
    return TFL_OK;
}

/* n numbers from 0 to 1 that sum to one, within what rounding to six digits does. */
static tfl_status set_shares(double *share, size_t n, char *value, const char *key, tfl_error *err)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const char *word = next_word(&value);
        if (word == NULL) {
            return tfl_fail(err, TFL_EINPUT, "%s: has %zu numbers, and %zu are needed", key, i, n);
        }
        tfl_status status = set_double(&share[i], word, key, 0, 1, err);
        if (status != TFL_OK) {
            return status;
        }
        sum += share[i];
    }
    if (next_word(&value) != NULL) {
        return tfl_fail(err, TFL_EINPUT, "%s: has more than %zu numbers", key, n);
    }
    if (sum < 1 - 1e-5 || sum > 1 + 1e-5) {
        return tfl_fail(err, TFL_EINPUT, "%s: the numbers sum to %.6g, and should to 1", key, sum);
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- keys of [design] */

static tfl_status read_name(reader *r, char *value, tfl_error *err)
{
    return set_text(&r->design->name, value, "name", err);
}

static tfl_status read_sequences(reader *r, char *value, tfl_error *err)
{
    return set_size(&r->design->n, value, "sequences", 1, MOST_SEQUENCES, err);
}

static tfl_status read_length(reader *r, char *value, tfl_error *err)
{
    return set_size(&r->design->length, value, "length", 1, LONGEST_SEQUENCE, err);
}

static tfl_status read_seed(reader *r, char *value, tfl_error *err)
{
    return tfl_parse_uint64(value, &r->design->seed)
               ? TFL_OK
               : tfl_fail(err, TFL_EINPUT, "seed: \"%s\" is not a whole number from 0 to %" PRIu64, value, UINT64_MAX);
}

static tfl_status read_background(reader *r, char *value, tfl_error *err)
{
    return set_shares(r->design->background, TFL_BASES, value, "background", err);
}

static tfl_status read_pseudocount(reader *r, char *value, tfl_error *err)
{
    return set_double(&r->design->pseudocount, value, "pseudocount", 0, 1, err);
}

static tfl_status read_split(reader *r, char *value, tfl_error *err)
{
    return set_shares(r->design->split, 3, value, "split", err);
}

/* Index of a task, n_tasks where there is none of that name. */
static size_t find_task(const tfl_design *design, const char *name)
{
    size_t t = 0;
    while (t < design->n_tasks && strcmp(design->task[t], name) != 0) {
        t++;
    }
    return t;
}

/* Tasks are columns of labels.tsv, beside those that every data set has. */
static tfl_status check_task(const tfl_design *design, const char *name, tfl_error *err)
{
    static const char *const columns[] = {"name", "class", "split"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (strcmp(name, columns[i]) == 0) {
            return tfl_fail(err, TFL_EINPUT,
                            "tasks: \"%s\" is what another column of labels.tsv is called; another name is needed",
                            name);
        }
    }
    if (!tfl_row_can_hold(name)) {
        return tfl_fail(err, TFL_EINPUT, "tasks: \"%s\": a name without control characters is needed", name);
    }
    return find_task(design, name) == design->n_tasks ? TFL_OK
                                                      : tfl_fail(err, TFL_EINPUT, "tasks: \"%s\" comes twice", name);
}

static tfl_status read_tasks(reader *r, char *value, tfl_error *err)
{
    tfl_design *design = r->design;
    design->task = tfl_calloc(MOST_TASKS, sizeof *design->task);
    if (design->task == NULL) {
        return tfl_fail_memory(err, "tasks");
    }
    for (const char *word = NULL; (word = next_word(&value)) != NULL;) {
        if (design->n_tasks == MOST_TASKS) {
            return tfl_fail(err, TFL_EINPUT, "tasks: more than %d", MOST_TASKS);
        }
        tfl_status status = check_task(design, word, err);
        if (status != TFL_OK) {
            return status;
        }
        design->task[design->n_tasks] = tfl_strdup(word);
        if (design->task[design->n_tasks] == NULL) {
            return tfl_fail_memory(err, "tasks");
        }
        design->n_tasks++;
    }
    return design->n_tasks > 0 ? TFL_OK : tfl_fail(err, TFL_EINPUT, "tasks: is empty, and one task at least is needed");
}

/* The path from where we are: as given when it is absolute, else below the design's folder. */
static tfl_status read_motifs(reader *r, char *value, tfl_error *err)
{
    tfl_status status = set_text(&r->design->motif_file, value, "motifs", err);
    r->motifs_line = tfl_lines_number(r->lines);
    if (status != TFL_OK || *value == '/') {
        return status;
    }
    size_t size = strlen(r->folder) + strlen(value) + 1;
    char *path = tfl_calloc(size, 1);
    if (path == NULL) {
        return tfl_fail_memory(err, "a design");
    }
    (void)snprintf(path, size, "%s%s", r->folder, value);
    free(r->design->motif_file);
    r->design->motif_file = path;
    return TFL_OK;
}

/* ---------------------------------------------------------------- keys of [class NAME] */

static tfl_status read_weight(reader *r, char *value, tfl_error *err)
{
    return set_double(&r->class->weight, value, "weight", 0, 1e9, err);
}

static tfl_status read_labels(reader *r, char *value, tfl_error *err)
{
    for (const char *word = NULL; (word = next_word(&value)) != NULL;) {
        size_t t = find_task(r->design, word);
        if (t == r->design->n_tasks) {
            return tfl_fail(err, TFL_EINPUT, "labels: \"%s\" is none of the tasks that [design] names", word);
        }
        r->class->label[t] = 1;
    }
    return TFL_OK;
}

static tfl_status plant_mean(tfl_planting *p, char *value, tfl_error *err)
{
    return set_double(&p->mean, value, "plant: mean", 1e-6, 1000, err);
}

static tfl_status plant_count(unsigned *count, const char *value, const char *key, tfl_error *err)
{
    size_t number = 0;
    tfl_status status = set_size(&number, value, key, 0, MOST_INSTANCES, err);
    *count = (unsigned)number;
    return status;
}

static tfl_status plant_min(tfl_planting *p, char *value, tfl_error *err)
{
    return plant_count(&p->min, value, "plant: min", err);
}

static tfl_status plant_max(tfl_planting *p, char *value, tfl_error *err)
{
    return plant_count(&p->max, value, "plant: max", err);
}

static tfl_status plant_reverse(tfl_planting *p, char *value, tfl_error *err)
{
    return set_double(&p->reverse, value, "plant: reverse", 0, 1, err);
}

/* "50-150", or "50-" to the end. */
static tfl_status plant_within(tfl_planting *p, char *value, tfl_error *err)
{
    int64_t first = 0, last = 0;
    char *dash = strchr(value, '-');
    if (dash != NULL) {
        *dash = '\0';
    }
    bool good = dash != NULL && tfl_parse_int(value, 0, LONGEST_SEQUENCE, &first) &&
                (dash[1] == '\0' || tfl_parse_int(dash + 1, first + 1, LONGEST_SEQUENCE, &last));
    if (!good) {
        return tfl_fail(err, TFL_EINPUT, "plant: within: \"%s%s%s\" is not FIRST-LAST, 0-based, LAST itself outside",
                        value, dash != NULL ? "-" : "", dash != NULL ? dash + 1 : "");
    }
    p->first = (size_t)first;
    p->last = (size_t)last;
    return TFL_OK;
}

static const struct {
    const char *key;
    tfl_status (*read)(tfl_planting *p, char *value, tfl_error *err);
} plant_keys[] = {
    {"mean", plant_mean}, {"min", plant_min}, {"max", plant_max}, {"reverse", plant_reverse}, {"within", plant_within}};

enum { PLANT_MEAN = 1, PLANT_MIN = 2, PLANT_MAX = 4, N_PLANT_KEYS = sizeof plant_keys / sizeof *plant_keys };

/* One KEY=VALUE behind the motif; *seen gets its bit. */
static tfl_status read_plant_word(tfl_planting *p, char *word, unsigned *seen, tfl_error *err)
{
    char *equals = strchr(word, '=');
    if (equals == NULL) {
        return tfl_fail(err, TFL_EINPUT, "plant: \"%s\" is not KEY=VALUE; keys are mean, min, max, reverse, within",
                        word);
    }
    *equals = '\0';
    for (unsigned i = 0; i < N_PLANT_KEYS; i++) {
        if (strcmp(plant_keys[i].key, word) == 0) {
            if ((*seen & 1U << i) != 0) {
                return tfl_fail(err, TFL_EINPUT, "plant: %s comes twice", word);
            }
            *seen |= 1U << i;
            return plant_keys[i].read(p, equals + 1, err);
        }
    }
    return tfl_fail(err, TFL_EINPUT, "plant: there is no key \"%s\"; keys are mean, min, max, reverse, within", word);
}

static tfl_status read_planting(tfl_planting *p, char *value, tfl_error *err)
{
    unsigned seen = 0;
    const char *motif = next_word(&value);
    if (motif == NULL) {
        return tfl_fail(err, TFL_EINPUT,
                        "plant: is empty; a motif's name is needed, and perhaps mean=, min=, max=, reverse=, within=");
    }
    p->motif = tfl_strdup(motif);
    if (p->motif == NULL) {
        return tfl_fail_memory(err, "a design");
    }
    p->mean = 1;
    p->min = 1;
    p->max = 1;
    tfl_status status = TFL_OK;
    for (char *word = NULL; status == TFL_OK && (word = next_word(&value)) != NULL;) {
        status = read_plant_word(p, word, &seen, err);
    }
    if (status == TFL_OK && (seen & PLANT_MEAN) != 0 && (seen & (PLANT_MIN | PLANT_MAX)) != (PLANT_MIN | PLANT_MAX)) {
        return tfl_fail(err, TFL_EINPUT, "plant: mean needs min and max with it");
    }
    if (status == TFL_OK && p->min > p->max) {
        return tfl_fail(err, TFL_EINPUT,
                        "plant: min is %u and max is %u; min cannot be larger (both are 1 unless given)", p->min,
                        p->max);
    }
    return status;
}

static tfl_status read_plant(reader *r, char *value, tfl_error *err)
{
    tfl_class *class = r->class;
    int64_t **line = &r->planting_line[r->design->n_classes - 1];
    tfl_status status = TFL_GROW(class->planting, &r->planting_capacity[0], class->n_plantings + 1, "a design", err);
    if (status == TFL_OK) {
        status = TFL_GROW(*line, &r->planting_capacity[1], class->n_plantings + 1, "a design", err);
    }
    if (status != TFL_OK) {
        return status;
    }
    (*line)[class->n_plantings] = tfl_lines_number(r->lines);
    tfl_planting *planting = &class->planting[class->n_plantings++];
    *planting = (tfl_planting){0};
    return read_planting(planting, value, err);
}

/* ---------------------------------------------------------------- the tables of keys */

typedef struct key {
    const char *name;
    tfl_status (*read)(reader *r, char *value, tfl_error *err);
    bool again; /* may come more than once */
} key;

static const key design_keys[] = {
    {"name", read_name, false},   {"sequences", read_sequences, false},   {"length", read_length, false},
    {"seed", read_seed, false},   {"background", read_background, false}, {"pseudocount", read_pseudocount, false},
    {"split", read_split, false}, {"tasks", read_tasks, false},           {"motifs", read_motifs, false},
    {NULL, NULL, false},
};

static const key class_keys[] = {
    {"weight", read_weight, false},
    {"labels", read_labels, false},
    {"plant", read_plant, true},
    {NULL, NULL, false},
};

static tfl_status unknown_key(const key *keys, const char *name, tfl_error *err)
{
    char names[128] = "";
    for (; keys->name != NULL; keys++) {
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", keys->name);
    }
    return tfl_fail(err, TFL_EINPUT, "there is no key \"%s\" here; keys are %s", name, names);
}

static tfl_status take_key(reader *r, const char *name, char *value, tfl_error *err)
{
    if (!r->begun) {
        return tfl_fail(err, TFL_EINPUT, "\"%s\" stands in front of the first section, which must be [design]", name);
    }
    const key *keys = r->class != NULL ? class_keys : design_keys;
    for (unsigned i = 0; keys[i].name != NULL; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            if (!keys[i].again && (r->seen & 1U << i) != 0) {
                return tfl_fail(err, TFL_EINPUT, "%s: comes twice in this section", name);
            }
            r->seen |= 1U << i;
            return keys[i].read(r, value, err);
        }
    }
    return unknown_key(keys, name, err);
}

/* ---------------------------------------------------------------- sections */

static tfl_status check_class_name(const reader *r, const char *name, tfl_error *err)
{
    if (*name == '\0' || strpbrk(name, " \t") != NULL) {
        return tfl_fail(err, TFL_EINPUT, "a class needs a name without blanks: [class NAME]");
    }
    if (!tfl_row_can_hold(name)) {
        return tfl_fail(err, TFL_EINPUT, "class \"%s\": a name without control characters is needed", name);
    }
    for (size_t c = 0; c < r->design->n_classes; c++) {
        if (strcmp(r->design->classes[c].name, name) == 0) {
            return tfl_fail(err, TFL_EINPUT, "class %s comes twice", name);
        }
    }
    return TFL_OK;
}

static tfl_status begin_class(reader *r, const char *name, tfl_error *err)
{
    tfl_design *design = r->design;
    tfl_status status = check_class_name(r, name, err);
    size_t need = design->n_classes + 1;
    if (status == TFL_OK) {
        status = TFL_GROW(design->classes, &r->class_capacity[0], need, "a design", err);
    }
    if (status == TFL_OK) {
        status = TFL_GROW(r->class_line, &r->class_capacity[1], need, "a design", err);
    }
    if (status == TFL_OK) {
        status = TFL_GROW(r->planting_line, &r->class_capacity[2], need, "a design", err);
    }
    if (status != TFL_OK) {
        return status;
    }
    r->class = &design->classes[design->n_classes];
    *r->class = (tfl_class){.weight = 1, .name = tfl_strdup(name), .label = tfl_calloc(design->n_tasks, 1)};
    r->class_line[design->n_classes] = tfl_lines_number(r->lines);
    r->planting_line[design->n_classes] = NULL;
    design->n_classes++;
    memset(r->planting_capacity, 0, sizeof r->planting_capacity);
    return r->class->name == NULL || r->class->label == NULL ? tfl_fail_memory(err, "a design") : TFL_OK;
}

static tfl_status begin_section(reader *r, const char *heading, tfl_error *err)
{
    bool design = strcmp(heading, "design") == 0;
    r->seen = 0;
    if (design && !r->begun) {
        r->begun = true;
        return TFL_OK;
    }
    if (design) {
        return tfl_fail(err, TFL_EINPUT, "[design] comes twice");
    }
    if (strncmp(heading, "class", 5) != 0 || (heading[5] != ' ' && heading[5] != '\t' && heading[5] != '\0')) {
        return tfl_fail(err, TFL_EINPUT, "there is no section [%s]; sections are [design] and [class NAME]", heading);
    }
    if (!r->begun) {
        return tfl_fail(err, TFL_EINPUT, "the first section must be [design]");
    }
    if (r->design->n_tasks == 0) {
        return tfl_fail(err, TFL_EINPUT, "[design] must name its tasks first: tasks = NAME, NAME");
    }
    return begin_class(r, heading + 5 + strspn(heading + 5, " \t"), err);
}

/* Headings have their brackets and blanks taken off in a copy. */
static tfl_status look_for_section(reader *r, const char *line, size_t length, tfl_error *err)
{
    if (*line != '[') {
        return TFL_OK;
    }
    char heading[256];
    const char *end = strchr(line, ']');
    if (end == NULL) {
        return tfl_fail(err, TFL_EINPUT, "a section's heading has no \"]\"");
    }
    if (length >= sizeof heading) {
        return tfl_fail(err, TFL_EINPUT, "a section's heading is longer than %zu letters", sizeof heading - 1);
    }
    const char *behind = end + 1 + strspn(end + 1, " \t");
    if (*behind != '\0' && *behind != ';' && *behind != '#') {
        return tfl_fail(err, TFL_EINPUT, "something stands behind a section's heading: \"%s\"", behind);
    }
    (void)snprintf(heading, sizeof heading, "%.*s", (int)(end - line - 1), line + 1);
    return begin_section(r, heading, err);
}

/* ---------------------------------------------------------------- driving inih */

static int on_key(void *context, const char *section, const char *name, const char *value)
{
    reader *r = context;
    (void)section;
    if (r->err->status != TFL_OK) {
        return 0;
    }
    char *copy = tfl_strdup(value);
    tfl_status status = copy == NULL ? tfl_fail_memory(r->err, "a design") : take_key(r, name, copy, r->err);
    free(copy);
    if (status != TFL_OK) {
        prefix_line(r, tfl_lines_number(r->lines), r->err);
    }
    return status == TFL_OK;
}

/* Next line for inih, with a line end, in text[size]; NULL at the end, and after the first failure. Without its
 * indentation, which inih would take for a continued value. */
static char *next_line(char *text, int size, void *context)
{
    reader *r = context;
    char *line = NULL;
    size_t length = 0;
    if (r->err->status != TFL_OK || tfl_lines_next(r->lines, &line, &length, r->err) != TFL_OK || line == NULL) {
        return NULL;
    }
    size_t indentation = strspn(line, " \t");
    line += indentation;
    length -= indentation;
    tfl_status status = look_for_section(r, line, length, r->err);
    bool comment = strchr(";#", *line) != NULL; /* or an empty line: as long as it likes */
    if (status == TFL_OK && !comment && length + 3 > (size_t)size) {
        status = tfl_fail(r->err, TFL_EINPUT, "the line has %zu letters, and %d are the most", length, size - 3);
    }
    if (status != TFL_OK) {
        prefix_line(r, tfl_lines_number(r->lines), r->err);
        return NULL;
    }
    (void)snprintf(text, (size_t)size, "%s\n", comment ? "" : line);
    return text;
}

static tfl_status parse(reader *r, tfl_error *err)
{
    int bad = ini_parse_stream(next_line, r, on_key, r);
    if (err->status == TFL_OK && bad > 0) {
        (void)tfl_fail(err, TFL_EINPUT, "neither a [section] nor KEY = VALUE");
        prefix_line(r, bad, err);
    } else if (err->status == TFL_OK && bad != 0) {
        (void)tfl_fail_memory(err, "a design");
    }
    return err->status;
}

/* ---------------------------------------------------------------- what is missing or cannot be */

static tfl_status read_motif_file(const reader *r, tfl_error *err)
{
    tfl_design *design = r->design;
    if (*design->motif_file == '\0') {
        return tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "the built-in motifs",
                                      &design->motifs, err);
    }
    tfl_status status = tfl_motifs_read(design->motif_file, &design->motifs, err);
    if (status != TFL_OK) {
        prefix_line(r, r->motifs_line, err);
    }
    return status;
}

static tfl_status check_weights(const reader *r, tfl_error *err)
{
    double sum = 0;
    for (size_t c = 0; c < r->design->n_classes; c++) {
        sum += r->design->classes[c].weight;
    }
    if (r->design->n_classes == 0) {
        return tfl_fail(err, TFL_EINPUT, "%s: has no [class NAME], and one at least is needed",
                        tfl_lines_name(r->lines));
    }
    return sum > 0 ? TFL_OK : tfl_fail(err, TFL_EINPUT, "%s: all classes have weight 0", tfl_lines_name(r->lines));
}

static tfl_status check_classes(const reader *r, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t c = 0; status == TFL_OK && c < r->design->n_classes; c++) {
        tfl_arranger *arranger = NULL;
        size_t planting = 0;
        status = tfl_class_arranger(r->design, &r->design->classes[c], &arranger, &planting, err);
        tfl_arranger_free(arranger);
        if (status != TFL_OK) {
            tfl_error_prefix(err, "class %s", r->design->classes[c].name);
            prefix_line(r, planting == SIZE_MAX ? r->class_line[c] : r->planting_line[c][planting], err);
        }
    }
    return status;
}

/* ---------------------------------------------------------------- the public calls */

/* path: of the file that the design will come from; NULL: of none. */
static tfl_design *create_default(const char *path)
{
    tfl_design *design = tfl_calloc(1, sizeof *design);
    if (design == NULL) {
        return NULL;
    }
    *design = (tfl_design){.n = 8000,
                           .length = 200,
                           .seed = 1,
                           .background = {0.3, 0.2, 0.2, 0.3},
                           .pseudocount = 0.001,
                           .split = {0.8, 0.1, 0.1},
                           .name = tfl_strdup("design"),
                           .motif_file = tfl_strdup(""),
                           .file = path != NULL ? tfl_strdup(path) : NULL};
    if (design->name == NULL || design->motif_file == NULL || (path != NULL && design->file == NULL)) {
        tfl_design_free(design);
        return NULL;
    }
    return design;
}

static void free_reader(reader *r)
{
    for (size_t c = 0; r->planting_line != NULL && c < r->design->n_classes; c++) {
        free(r->planting_line[c]);
    }
    free(r->planting_line);
    free(r->class_line);
}

static tfl_status read_lines(tfl_lines *lines, const char *path, const char *folder, tfl_design **out, tfl_error *err)
{
    tfl_error own = TFL_ERROR_INIT;
    reader r = {.lines = lines, .folder = folder, .err = &own, .design = create_default(path)};
    *out = NULL;
    if (r.design == NULL) {
        return tfl_fail_memory(err, "a design");
    }
    tfl_status status = parse(&r, &own);
    if (status == TFL_OK) {
        status = check_weights(&r, &own);
    }
    if (status == TFL_OK) {
        status = read_motif_file(&r, &own);
    }
    if (status == TFL_OK) {
        status = check_classes(&r, &own);
    }
    free_reader(&r);
    if (status != TFL_OK) {
        tfl_design_free(r.design);
        return tfl_fail(err, status, "%s", own.message);
    }
    *out = r.design;
    return TFL_OK;
}

tfl_status tfl_design_read_memory(const void *bytes, size_t size, const char *name, tfl_design **out, tfl_error *err)
{
    tfl_lines *lines = NULL;
    *out = NULL;
    tfl_status status = tfl_lines_open_memory(bytes, size, name, &lines, err);
    if (status == TFL_OK) {
        status = read_lines(lines, NULL, "", out, err);
        tfl_lines_close(lines);
    }
    return status;
}

static const struct {
    const char *name, *text;
} builtin[] = {{"tal1-gata1", tfl_builtin_tal1_gata1}};

enum { N_BUILTIN = sizeof builtin / sizeof *builtin };

const char *tfl_design_builtin(size_t i)
{
    return i < N_BUILTIN ? builtin[i].name : NULL;
}

static tfl_status read_file(const char *path, tfl_design **out, tfl_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = tfl_strndup(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    tfl_lines *lines = NULL;
    tfl_status status = folder == NULL ? tfl_fail_memory(err, "a design") : tfl_lines_open(path, &lines, err);
    if (status == TFL_OK) {
        status = read_lines(lines, path, folder, out, err);
        tfl_lines_close(lines);
    }
    free(folder);
    return status;
}

tfl_status tfl_design_read(const char *path_or_name, tfl_design **out, tfl_error *err)
{
    const char *name = path_or_name != NULL ? path_or_name : builtin[0].name;
    *out = NULL;
    for (size_t i = 0; i < N_BUILTIN; i++) {
        if (strcmp(builtin[i].name, name) == 0) {
            return tfl_design_read_memory(builtin[i].text, strlen(builtin[i].text), name, out, err);
        }
    }
    if (strcmp(name, "-") != 0 && access(name, F_OK) != 0 && errno == ENOENT) {
        return tfl_fail(err, TFL_EINPUT, "%s: there is no such file, and no such design built in (%s)", name,
                        builtin[0].name);
    }
    return read_file(name, out, err);
}
