/* Uniform k-let shuffles.
 *
 * The (k-1)-mers of the sequence are the nodes of a graph, its k-mers the edges, so that a sequence with these k-mers
 * is a path over all edges once. Such a path is decided by the order in which each node's edges are left. It runs
 * through if and only if the last exits of all nodes but the final one lead, followed on, to the final node: they are a
 * tree. A tree drawn uniformly (Wilson's loop-erased walks) and the other exits in random order make a uniform path; as
 * every sequence belongs to equally many paths (parallel edges are interchangeable), it makes a uniform sequence. */
#include "config.h"

#include "tflift/shuffle.h"

#include "seq/shuffle_internal.h"
#include "tflift/alphabet.h"
#include "tflift/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many (k-1)-mers are nodes by their number; of more, those that occur are numbered as they come. */
enum { FEW_NODES = 256 };

typedef struct node {
    uint32_t first;  /* of its edges in successor[] */
    uint32_t cursor; /* the edge to fill, or to walk, next */
    uint32_t chosen; /* the edge that is left last */
    char letter;     /* its last one */
    bool in_tree;
} node;

typedef struct slot {
    uint64_t key; /* (k-1)-mer, 8 bits a letter, plus one; 0: empty */
    uint32_t node;
} slot;

struct tfl_shuffler {
    uint32_t *at; /* [n_positions] the node at each position */
    size_t at_capacity;
    uint32_t *successor; /* [n_positions - 1] where each edge leads; the edges of a node lie together */
    size_t successor_capacity;
    node *node; /* [n_nodes + 1] */
    size_t node_capacity;
    slot *slot; /* [n_slots] */
    size_t slot_capacity;
    char *letters;
    size_t letters_capacity;
    size_t n_positions;
    size_t n_nodes;
};

tfl_status tfl_shuffler_create(tfl_shuffler **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    return *out != NULL ? TFL_OK : tfl_fail_memory(err, "shuffling");
}

void tfl_shuffler_free(tfl_shuffler *shuffler)
{
    if (shuffler == NULL) {
        return;
    }
    free(shuffler->at);
    free(shuffler->successor);
    free(shuffler->node);
    free(shuffler->slot);
    free(shuffler->letters);
    free(shuffler);
}

char *tfl_shuffler_letters(tfl_shuffler *shuffler, size_t length, tfl_error *err)
{
    tfl_status status = TFL_GROW(shuffler->letters, &shuffler->letters_capacity, length + 1, "shuffling", err);
    return status == TFL_OK ? shuffler->letters : NULL;
}

/* ---------------------------------------------------------------- letters */

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static void copy_upper(const char *letters, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        out[i] = upper(letters[i]);
    }
}

/* Numbers for the letters: A, C, G, T are 0..3, others follow as they come. Returns how many numbers are in use. */
static unsigned number_letters(const char *letters, size_t length, uint8_t number[256])
{
    enum { NONE = 255 };
    unsigned n = TFL_BASES;
    memset(number, NONE, 256);
    for (unsigned i = 0; i < TFL_BASES; i++) {
        unsigned char letter = (unsigned char)tfl_base_letter[i];
        number[letter] = (uint8_t)i;
        number[letter - 'A' + 'a'] = (uint8_t)i;
    }
    for (size_t i = 0; i < length; i++) {
        if (number[(unsigned char)letters[i]] == NONE) {
            unsigned char letter = (unsigned char)upper(letters[i]);
            number[letter] = number[letter] == NONE ? (uint8_t)n++ : number[letter];
            number[(unsigned char)letters[i]] = number[letter];
        }
    }
    return n;
}

/* ---------------------------------------------------------------- nodes */

/* n_letters^(k-1), or FEW_NODES + 1 when that is more. */
static size_t count_words(unsigned n_letters, unsigned k)
{
    size_t words = 1;
    for (unsigned i = 1; i < k && words <= FEW_NODES; i++) {
        words *= n_letters;
    }
    return words > FEW_NODES ? FEW_NODES + 1 : words;
}

static tfl_status reserve_nodes(tfl_shuffler *shuffler, size_t n_nodes, tfl_error *err)
{
    return TFL_GROW(shuffler->node, &shuffler->node_capacity, n_nodes + 1, "shuffling", err);
}

static tfl_status reserve_positions(tfl_shuffler *shuffler, size_t n, tfl_error *err)
{
    tfl_status status = TFL_GROW(shuffler->at, &shuffler->at_capacity, n, "shuffling", err);
    return status == TFL_OK ? TFL_GROW(shuffler->successor, &shuffler->successor_capacity, n, "shuffling", err) : status;
}

/* Nodes by the number of their (k-1)-mer, in base n_letters: the way for k = 2 and its like, where speed counts. */
static void place_few(tfl_shuffler *shuffler, const char *letters, unsigned k, const uint8_t number[256],
                      unsigned n_letters, size_t n_words)
{
    uint32_t word = 0;
    uint32_t oldest = (uint32_t)n_words / n_letters; /* the weight of a word's first letter */
    for (unsigned i = 0; i + 2 < k; i++) {
        word = word * n_letters + number[(unsigned char)letters[i]];
    }
    for (size_t i = 0; i < shuffler->n_positions; i++) {
        char letter = letters[i + k - 2];
        word = word * n_letters + number[(unsigned char)letter];
        shuffler->at[i] = word;
        shuffler->node[word].letter = upper(letter);
        word -= number[(unsigned char)letters[i]] * oldest;
    }
    shuffler->n_nodes = n_words;
}

static tfl_status reserve_slots(tfl_shuffler *shuffler, size_t *n_slots, tfl_error *err)
{
    *n_slots = 1024;
    while (*n_slots / 2 < shuffler->n_positions) {
        *n_slots *= 2;
    }
    tfl_status status = TFL_GROW(shuffler->slot, &shuffler->slot_capacity, *n_slots, "shuffling", err);
    if (status == TFL_OK) {
        memset(shuffler->slot, 0, *n_slots * sizeof *shuffler->slot);
    }
    return status;
}

/* Nodes numbered in the order in which their (k-1)-mers come. */
static tfl_status place_many(tfl_shuffler *shuffler, const char *letters, unsigned k, const uint8_t number[256],
                             tfl_error *err)
{
    size_t n_slots;
    tfl_status status = reserve_slots(shuffler, &n_slots, err);
    if (status == TFL_OK) {
        status = reserve_nodes(shuffler, shuffler->n_positions, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    const uint64_t mask = (UINT64_C(1) << (8 * (k - 1))) - 1;
    uint64_t word = 0;
    uint32_t n = 0;
    for (unsigned i = 0; i + 2 < k; i++) {
        word = word << 8 | number[(unsigned char)letters[i]];
    }
    for (size_t i = 0; i < shuffler->n_positions; i++) {
        word = (word << 8 | number[(unsigned char)letters[i + k - 2]]) & mask;
        size_t at = (size_t)((word * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (n_slots - 1);
        while (shuffler->slot[at].key != 0 && shuffler->slot[at].key != word + 1) {
            at = (at + 1) & (n_slots - 1);
        }
        if (shuffler->slot[at].key == 0) {
            shuffler->slot[at] = (slot){word + 1, n};
            shuffler->node[n++].letter = upper(letters[i + k - 2]);
        }
        shuffler->at[i] = shuffler->slot[at].node;
    }
    shuffler->n_nodes = n;
    return TFL_OK;
}

/* The node at every position, 2 <= k <= length. */
static tfl_status place(tfl_shuffler *shuffler, const char *letters, size_t length, unsigned k, tfl_error *err)
{
    uint8_t number[256];
    shuffler->n_positions = length - k + 2;
    tfl_status status = reserve_positions(shuffler, shuffler->n_positions, err);
    if (status != TFL_OK) {
        return status;
    }
    unsigned n_letters = number_letters(letters, length, number);
    size_t n_words = count_words(n_letters, k);
    if (n_words > FEW_NODES) {
        return place_many(shuffler, letters, k, number, err);
    }
    status = reserve_nodes(shuffler, n_words, err);
    if (status == TFL_OK) {
        place_few(shuffler, letters, k, number, n_letters, n_words);
    }
    return status;
}

/* ---------------------------------------------------------------- edges */

/* Puts the edges of each node together, in the order in which the sequence leaves it. */
static void connect(tfl_shuffler *shuffler)
{
    node *nodes = shuffler->node;
    size_t n_edges = shuffler->n_positions - 1;
    for (size_t v = 0; v <= shuffler->n_nodes; v++) {
        nodes[v].first = 0;
        nodes[v].in_tree = false;
    }
    for (size_t i = 0; i < n_edges; i++) {
        nodes[shuffler->at[i]].first++;
    }
    uint32_t sum = 0;
    for (size_t v = 0; v <= shuffler->n_nodes; v++) {
        uint32_t count = nodes[v].first;
        nodes[v].first = sum;
        nodes[v].cursor = sum;
        sum += count;
    }
    for (size_t i = 0; i < n_edges; i++) {
        shuffler->successor[nodes[shuffler->at[i]].cursor++] = shuffler->at[i + 1];
    }
}

static uint32_t count_edges(const node *v)
{
    return v[1].first - v[0].first;
}

/* Wilson's algorithm: from each node outside the tree a random walk until it meets the tree; the last way out of every
 * node on it, which leaves the loops out, joins the tree. */
static void draw_tree(tfl_shuffler *shuffler, tfl_rng *rng)
{
    node *nodes = shuffler->node;
    nodes[shuffler->at[shuffler->n_positions - 1]].in_tree = true;
    for (size_t from = 0; from < shuffler->n_nodes; from++) {
        if (count_edges(&nodes[from]) == 0) {
            continue;
        }
        for (size_t v = from; !nodes[v].in_tree; v = shuffler->successor[nodes[v].chosen]) {
            nodes[v].chosen = nodes[v].first + tfl_rng_below(rng, count_edges(&nodes[v]));
        }
        for (size_t v = from; !nodes[v].in_tree; v = shuffler->successor[nodes[v].chosen]) {
            nodes[v].in_tree = true;
        }
    }
}

static void swap_edges(uint32_t *successor, uint32_t a, uint32_t b)
{
    uint32_t kept = successor[a];
    successor[a] = successor[b];
    successor[b] = kept;
}

/* Random order for n edges. */
static void permute(uint32_t *edge, uint32_t n, tfl_rng *rng)
{
    enum { AT_ONCE = 256 };
    uint32_t draw[AT_ONCE];
    while (n > 1) {
        uint32_t count = n - 1 < AT_ONCE ? n - 1 : AT_ONCE;
        tfl_rng_below_falling(rng, n, draw, count);
        for (uint32_t i = 0; i < count; i++) {
            swap_edges(edge, --n, draw[i]);
        }
    }
}

/* The chosen exit of a node last, the others in random order before it; all in random order at the final node. */
static void order_edges(tfl_shuffler *shuffler, tfl_rng *rng)
{
    uint32_t final = shuffler->at[shuffler->n_positions - 1];
    for (size_t v = 0; v < shuffler->n_nodes; v++) {
        node *nodes = &shuffler->node[v];
        uint32_t n = count_edges(nodes);
        if (n > 0 && v != final) {
            n--;
            swap_edges(shuffler->successor, nodes->chosen, nodes->first + n);
        }
        permute(shuffler->successor + nodes->first, n, rng);
        nodes->cursor = nodes->first;
    }
}

static void walk(tfl_shuffler *shuffler, char *out)
{
    size_t n_edges = shuffler->n_positions - 1;
    uint32_t v = shuffler->at[0];
    for (size_t i = 0; i < n_edges; i++) {
        v = shuffler->successor[shuffler->node[v].cursor++];
        out[i] = shuffler->node[v].letter;
    }
}

/* ---------------------------------------------------------------- dinucleotides of A, C, G and T, for speed

 * The same nodes, edges and draws. In a sequence of at most UINT16_MAX letters the four nodes' cursors fit one number, which
 * waits for no memory. */

/* 16 bits for each of the four nodes. */
typedef uint64_t lanes;

static lanes one_in(uint32_t v)
{
    return UINT64_C(1) << 16 * v;
}

static uint32_t lane(lanes all, uint32_t v)
{
    return (uint32_t)(all >> 16 * v) & UINT16_MAX;
}

/* Place, and how many edges leave each node; false: there are other letters. */
static bool place_bases(tfl_shuffler *shuffler, const char *letters, size_t length, lanes *edges)
{
    uint32_t all = 0;
    lanes count = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t v = tfl_base_code[(unsigned char)letters[i]];
        shuffler->at[i] = v;
        all |= v;
        count += one_in(v % TFL_BASES);
    }
    *edges = count - one_in(shuffler->at[length - 1] % TFL_BASES);
    shuffler->n_positions = length;
    shuffler->n_nodes = TFL_BASES;
    return all < TFL_BASES;
}

/* Connect; returns where the edges of each node begin. */
static lanes connect_bases(tfl_shuffler *shuffler, lanes edges)
{
    lanes first = 0;
    uint32_t sum = 0;
    for (uint32_t v = 0; v <= TFL_BASES; v++) {
        shuffler->node[v] = (node){.first = sum, .cursor = sum};
        if (v < TFL_BASES) {
            first += one_in(v) * sum;
            sum += lane(edges, v);
        }
    }
    lanes cursor = first;
    for (size_t i = 0; i + 1 < shuffler->n_positions; i++) {
        uint32_t v = shuffler->at[i];
        shuffler->successor[lane(cursor, v)] = shuffler->at[i + 1];
        cursor += one_in(v);
    }
    return first;
}

static void walk_bases(const tfl_shuffler *shuffler, lanes cursor, char *out)
{
    const uint32_t *successor = shuffler->successor;
    uint32_t v = shuffler->at[0];
    out[0] = tfl_base_letter[v];
    for (size_t i = 1; i < shuffler->n_positions; i++) {
        uint32_t next = successor[lane(cursor, v)];
        cursor += one_in(v);
        v = next;
        out[i] = tfl_base_letter[v];
    }
}

/* *done is false where this way is none. */
static tfl_status shuffle_bases(tfl_shuffler *shuffler, const char *letters, size_t length, tfl_rng *rng, char *out, bool *done,
                                tfl_error *err)
{
    lanes edges = 0;
    tfl_status status = reserve_positions(shuffler, length, err);
    if (status == TFL_OK) {
        status = reserve_nodes(shuffler, TFL_BASES, err);
    }
    *done = status == TFL_OK && place_bases(shuffler, letters, length, &edges);
    if (*done) {
        lanes first = connect_bases(shuffler, edges);
        draw_tree(shuffler, rng);
        order_edges(shuffler, rng);
        walk_bases(shuffler, first, out);
    }
    return status;
}

/* ---------------------------------------------------------------- shuffles */

static tfl_status check(size_t length, unsigned k, tfl_error *err)
{
    if (k < 1 || k > TFL_SHUFFLE_MAX_K) {
        return tfl_fail(err, TFL_EUSAGE, "%u-let shuffles: the length of a word is 1 to %d", k, TFL_SHUFFLE_MAX_K);
    }
    if (length >= UINT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "a sequence of %zu letters is too long to shuffle (at most %lu)", length,
                        (unsigned long)UINT32_MAX - 1);
    }
    return TFL_OK;
}

tfl_status tfl_shuffle(tfl_shuffler *shuffler, const char *letters, size_t length, unsigned k, tfl_rng *rng, char *out,
                       tfl_error *err)
{
    tfl_status status = check(length, k, err);
    if (status != TFL_OK) {
        return status;
    }
    if (k == 1 || length <= k) {
        copy_upper(letters, length, out);
        if (k == 1) {
            tfl_rng_shuffle(rng, out, length, 1);
        }
        return TFL_OK;
    }
    if (k == 2 && length <= UINT16_MAX) {
        bool done = false;
        status = shuffle_bases(shuffler, letters, length, rng, out, &done, err);
        if (status != TFL_OK || done) {
            return status;
        }
    }
    status = place(shuffler, letters, length, k, err);
    if (status != TFL_OK) {
        return status;
    }
    connect(shuffler);
    draw_tree(shuffler, rng);
    order_edges(shuffler, rng);
    copy_upper(letters, k - 1, out);
    walk(shuffler, out + k - 1);
    return TFL_OK;
}

/* ---------------------------------------------------------------- sequences with a single shuffle */

/* The sequence's own last exits are a tree, every tree and every order of the other exits gives another sequence, so
 * there is no other sequence if and only if
 *  - what a node's exits are without the last one (at the final node: all of them) leads to one place, and
 *  - there is no other tree. Were there one, then one that differs at a single node v (the one nearest the final node
 * at which they differ): v's exit would lead to a node from which the tree does not pass v, that is, to one outside v's
 * subtree. */

static bool all_alike(const uint32_t *successor, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (successor[i] != successor[0]) {
            return false;
        }
    }
    return true;
}

static bool has_one_order(const tfl_shuffler *shuffler)
{
    uint32_t final = shuffler->at[shuffler->n_positions - 1];
    for (size_t v = 0; v < shuffler->n_nodes; v++) {
        uint32_t n = count_edges(&shuffler->node[v]);
        if (n > 0 && v != final) {
            n--;
        }
        if (!all_alike(shuffler->successor + shuffler->node[v].first, n)) {
            return false;
        }
    }
    return true;
}

/* Where the last exit of v leads. */
static uint32_t find_parent(const tfl_shuffler *shuffler, uint32_t v)
{
    return shuffler->successor[shuffler->node[v + 1].first - 1];
}

/* Lists the nodes by their last visit in by_last_visit, the end of at[], which it uses up. A last exit leads to a node
 * that is visited again, so in this list children come before parents. Returns the number of nodes. */
static size_t list_by_last_visit(tfl_shuffler *shuffler, const uint32_t **by_last_visit)
{
    size_t n = 0;
    for (size_t i = shuffler->n_positions; i > 0; i--) {
        uint32_t v = shuffler->at[i - 1];
        if (!shuffler->node[v].in_tree) {
            shuffler->node[v].in_tree = true;
            n++;
            shuffler->at[shuffler->n_positions - n] = v;
        }
    }
    *by_last_visit = shuffler->at + (shuffler->n_positions - n);
    return n;
}

/* Numbers the nodes so that the subtree of v is [cursor, cursor + chosen), v itself first. */
static void number_subtrees(tfl_shuffler *shuffler)
{
    const uint32_t *by_last_visit;
    size_t n = list_by_last_visit(shuffler, &by_last_visit);
    node *nodes = shuffler->node;
    for (size_t i = 0; i < n; i++) {
        nodes[by_last_visit[i]].chosen = 1;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        node *v = &nodes[by_last_visit[i]];
        node *parent = &nodes[find_parent(shuffler, by_last_visit[i])];
        v->cursor = parent->chosen; /* within the parent's subtree */
        parent->chosen += v->chosen;
    }
    nodes[by_last_visit[n - 1]].cursor = 0;
    for (size_t i = n - 1; i > 0; i--) {
        uint32_t v = by_last_visit[i - 1];
        nodes[v].cursor += nodes[find_parent(shuffler, v)].cursor;
    }
}

static bool has_one_tree(tfl_shuffler *shuffler)
{
    uint32_t final = shuffler->at[shuffler->n_positions - 1];
    number_subtrees(shuffler);
    for (uint32_t v = 0; v < shuffler->n_nodes; v++) {
        const node *at = &shuffler->node[v];
        if (v == final || count_edges(at) < 2) {
            continue;
        }
        uint32_t other = shuffler->successor[at->first]; /* where all exits but the last one lead */
        uint32_t number = shuffler->node[other].cursor;
        bool below = number >= at->cursor && number - at->cursor < at->chosen;
        if (!below && other != find_parent(shuffler, v)) {
            return false;
        }
    }
    return true;
}

tfl_status tfl_shuffle_is_single(tfl_shuffler *shuffler, const char *letters, size_t length, unsigned k, bool *single,
                                 tfl_error *err)
{
    tfl_status status = check(length, k, err);
    if (status != TFL_OK) {
        return status;
    }
    if (k == 1) {
        *single = true;
        for (size_t i = 1; i < length && *single; i++) {
            *single = upper(letters[i]) == upper(letters[0]);
        }
        return TFL_OK;
    }
    *single = true;
    if (length > k) {
        status = place(shuffler, letters, length, k, err);
        if (status == TFL_OK) {
            connect(shuffler);
            *single = has_one_order(shuffler) && has_one_tree(shuffler);
        }
    }
    return status;
}
