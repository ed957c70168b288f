/* What tests look for in an SVG that cairo wrote. */
#include "config.h"

#include "tests/support/svg.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- shapes */

typedef struct shapes {
    test_shape *shape;
    size_t n, capacity;
} shapes;

static void add_shape(shapes *all, const test_shape *shape)
{
    if (shape->points < 2) {
        return; /* cairo ends a closed path with a move */
    }
    if (all->n == all->capacity) {
        all->capacity = 2 * all->capacity + 64;
        all->shape = realloc(all->shape, all->capacity * sizeof *all->shape);
        ck_assert_ptr_nonnull(all->shape);
    }
    all->shape[all->n++] = *shape;
}

static void add_point(test_shape *shape, double x, double y)
{
    shape->left = fmin(shape->left, x);
    shape->right = fmax(shape->right, x);
    shape->top = fmin(shape->top, y);
    shape->bottom = fmax(shape->bottom, y);
    shape->points++;
}

/* d="M 1 2 L 3 4 Z …" up to the quote. */
static void read_path(shapes *all, const char *d, const char *style)
{
    test_shape shape = {"", HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL, 0};
    (void)snprintf(shape.style, sizeof shape.style, "%s", style);
    const test_shape empty = shape;
    while (*d != '"' && *d != '\0') {
        if (*d == 'M') {
            add_shape(all, &shape);
            shape = empty;
        }
        if (strchr("MLCZ ", *d) != NULL) {
            d++;
            continue;
        }
        char *end;
        double x = strtod(d, &end);
        double y = strtod(end, &end);
        ck_assert_ptr_ne(end, d);
        add_point(&shape, x, y);
        d = end;
    }
    add_shape(all, &shape);
}

size_t test_svg_shapes(const char *svg, test_shape **shape)
{
    shapes all = {0};
    const char *at = strstr(svg, "</symbol>"); /* behind the last of them */
    for (const char *next = at; next != NULL; next = strstr(next + 1, "</symbol>")) {
        at = next;
    }
    at = at != NULL ? at : svg;
    while ((at = strstr(at, "<path")) != NULL) {
        char style[320];
        const char *from = strstr(at, "style=\"");
        const char *d = strstr(at, " d=\"");
        ck_assert(from != NULL && d != NULL);
        (void)snprintf(style, sizeof style, "%.*s", (int)strcspn(from + 7, "\""), from + 7);
        read_path(&all, d + 4, style);
        at = d;
    }
    *shape = all.shape;
    return all.n;
}

size_t test_svg_keep(test_shape *shape, size_t n, const char *style)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (strstr(shape[i].style, style) != NULL) {
            shape[kept++] = shape[i];
        }
    }
    return kept;
}

double test_svg_size(const char *svg, const char *attribute)
{
    char key[32];
    (void)snprintf(key, sizeof key, " %s=\"", attribute);
    const char *at = strstr(svg, "<svg");
    at = at != NULL ? strstr(at, key) : NULL;
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(key), NULL);
}

/* ---------------------------------------------------------------- well-formed? */

enum { DEEPEST = 32, NAME_SIZE = 32 };

typedef struct reader {
    const char *at;
    char open[DEEPEST][NAME_SIZE];
    size_t depth;
} reader;

static bool read_entity(const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(at, known[i], strlen(known[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Behind the name of a tag: attributes with quotes, then ">" or "/>". */
static const char *read_attributes(reader *r, bool *closed)
{
    *closed = false;
    for (;;) {
        r->at += strspn(r->at, " \n");
        if (*r->at == '>') {
            r->at++;
            return NULL;
        }
        if (r->at[0] == '/' && r->at[1] == '>') {
            *closed = true;
            r->at += 2;
            return NULL;
        }
        size_t name = strcspn(r->at, "= >/\n<\"");
        if (name == 0 || r->at[name] != '=' || r->at[name + 1] != '"') {
            return "an attribute without a value in quotes";
        }
        r->at += name + 2;
        size_t value = strcspn(r->at, "\"<");
        if (r->at[value] != '"') {
            return "a value without an end";
        }
        r->at += value + 1;
    }
}

static const char *read_tag(reader *r)
{
    bool ends = *r->at == '/';
    bool closed = false;
    r->at += ends;
    size_t length = strcspn(r->at, " />\n");
    if (length == 0 || length >= NAME_SIZE) {
        return "a tag without a name";
    }
    if (ends) {
        bool fits = r->depth > 0 && strlen(r->open[r->depth - 1]) == length &&
                    strncmp(r->open[r->depth - 1], r->at, length) == 0 && r->at[length] == '>';
        r->at += length + 1;
        r->depth -= fits;
        return fits ? NULL : "an end without its beginning";
    }
    if (r->depth == DEEPEST) {
        return "too deep";
    }
    (void)snprintf(r->open[r->depth], NAME_SIZE, "%.*s", (int)length, r->at);
    r->at += length;
    const char *fault = read_attributes(r, &closed);
    r->depth += !closed;
    return fault;
}

const char *test_svg_fault(const char *svg)
{
    reader r = {svg, {""}, 0};
    const char *fault = NULL;
    if (strncmp(svg, "<?xml", 5) != 0 || (r.at = strstr(svg, "?>")) == NULL) {
        return "no XML declaration";
    }
    r.at += 2;
    while (fault == NULL && *r.at != '\0') {
        size_t plain = strcspn(r.at, "<&>");
        r.at += plain;
        if (*r.at == '<') {
            r.at++;
            fault = read_tag(&r);
        } else if (*r.at == '&') {
            fault = read_entity(r.at) ? NULL : "an unknown entity";
            r.at++;
        } else if (*r.at == '>') {
            fault = "a > outside of tags";
        }
    }
    return fault != NULL ? fault : r.depth > 0 ? "an element without its end" : NULL;
}
