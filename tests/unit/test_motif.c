/* Motif files: every format reads what it wrote, takes what is met in the wild, and says where a broken one is broken.
 */
#include "config.h"

#include "tflift/motif.h"

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tfl_error error;

static tfl_motifs *read_text(const char *text)
{
    tfl_motifs *motifs = NULL;
    tfl_error_clear(&error);
    ck_assert_msg(tfl_motifs_read_memory(text, strlen(text), "t", &motifs, &error) == TFL_OK, "%s\n%s", error.message,
                  text);
    return motifs;
}

/* ---------------------------------------------------------------- round trips */

/* n motifs of random widths; probabilities of counts out of sites, or any where sites is 0. Free with tfl_motifs_free.
 */
static tfl_motifs *random_motifs(size_t n, double sites, unsigned seed)
{
    tfl_rng rng;
    tfl_rng_init(&rng, seed, "motifs", 0);
    tfl_motifs *motifs = calloc(1, sizeof *motifs);
    motifs->n = n;
    motifs->motif = calloc(n, sizeof *motifs->motif);
    for (size_t b = 0; b < TFL_BASES; b++) {
        motifs->background[b] = b == 0 || b == 3 ? 0.3 : 0.2;
    }
    for (size_t i = 0; i < n; i++) {
        char name[32], alternative[32] = "";
        (void)snprintf(name, sizeof name, "MA%04zu.1::x(%u)", i, seed);
        if (i % 2 == 0) {
            (void)snprintf(alternative, sizeof alternative, "GATA%zu", i);
        }
        size_t width = 1 + tfl_rng_below(&rng, 30);
        tfl_motif *motif = &motifs->motif[i];
        *motif = (tfl_motif){strdup(name), strdup(alternative), width, calloc(width, sizeof *motif->p), sites};
        for (size_t j = 0; j < width; j++) {
            double left = sites > 0 ? sites : 1;
            for (size_t b = 0; b < TFL_BASES; b++) {
                double take = b == 3      ? left
                              : sites > 0 ? tfl_rng_below(&rng, (uint32_t)left + 1)
                                          : left * tfl_rng_uniform(&rng);
                motif->p[j][b] = take / (sites > 0 ? sites : 1);
                left -= take;
            }
        }
    }
    return motifs;
}

static tfl_motifs *write_and_read(const tfl_motifs *motifs, const char *format)
{
    char path[64];
    (void)snprintf(path, sizeof path, "test_motif.%ld.tmp", (long)getpid());
    tfl_output *output = NULL;
    tfl_motifs *back = NULL;
    tfl_error_clear(&error);
    ck_assert_msg(tfl_output_open(path, TFL_PLAIN, &output, &error) == TFL_OK, "%s", error.message);
    ck_assert_msg(tfl_motifs_write(motifs, format, output, &error) == TFL_OK, "%s", error.message);
    ck_assert_msg(tfl_output_commit(output, &error) == TFL_OK, "%s", error.message);
    tfl_status status = tfl_motifs_read(path, &back, &error);
    (void)unlink(path);
    ck_assert_msg(status == TFL_OK, "%s: %s", format, error.message);
    return back;
}

static void assert_same_motif(const tfl_motif *a, const tfl_motif *b, const char *format)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert_uint_eq(a->width, b->width);
    for (size_t j = 0; j < a->width; j++) {
        for (size_t k = 0; k < TFL_BASES; k++) {
            ck_assert_msg(fabs(a->p[j][k] - b->p[j][k]) < 1e-14, "%s: %s[%zu][%zu]: %.17g is not %.17g", format,
                          a->name, j, k, b->p[j][k], a->p[j][k]);
        }
    }
}

START_TEST(every_format_reads_what_it_wrote)
{
    static const double sites[] = {0, 1, 7, 97, 100000};
    for (unsigned seed = 0; seed < sizeof sites / sizeof sites[0]; seed++) {
        tfl_motifs *motifs = random_motifs(20, sites[seed], seed);
        for (size_t f = 0; tfl_motif_format_name(f) != NULL; f++) {
            const char *format = tfl_motif_format_name(f);
            tfl_motifs *back = write_and_read(motifs, format);
            ck_assert_uint_eq(back->n, motifs->n);
            for (size_t i = 0; i < motifs->n; i++) {
                assert_same_motif(&motifs->motif[i], &back->motif[i], format);
                if (strcmp(format, "homer") != 0 && *motifs->motif[i].alternative != '\0') {
                    ck_assert_str_eq(back->motif[i].alternative, motifs->motif[i].alternative);
                }
                if ((strcmp(format, "jaspar") == 0 || strcmp(format, "transfac") == 0) && sites[seed] > 1) {
                    ck_assert_double_eq_tol(back->motif[i].sites, sites[seed], 1e-9 * sites[seed]);
                }
            }
            tfl_motifs_free(back);
        }
        tfl_motifs_free(motifs);
    }
}
END_TEST

START_TEST(an_unknown_format_is_refused_with_the_known_ones)
{
    tfl_motifs *motifs = read_text("1 0 0 0\n");
    tfl_output *output = NULL;
    ck_assert_int_eq(tfl_output_open("/dev/null", TFL_PLAIN, &output, &error), TFL_OK);
    ck_assert_int_eq(tfl_motifs_write(motifs, "fasta", output, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message,
                     "fasta: is no format of motif files; these are: meme, transfac, homer, jaspar, rows");
    tfl_output_discard(output);
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(the_built_in_motifs_are_those_of_the_simulation)
{
    tfl_motifs *motifs = read_text(tfl_builtin_motifs);
    ck_assert_uint_eq(motifs->n, 2);
    ck_assert_str_eq(motifs->motif[0].name, "GATA_disc1");
    ck_assert_uint_eq(motifs->motif[0].width, 10);
    ck_assert_str_eq(motifs->motif[1].name, "TAL1_known1");
    ck_assert_uint_eq(motifs->motif[1].width, 16);
    ck_assert_double_eq_tol(motifs->motif[0].p[0][2], 0.359788, 1e-6);
    ck_assert_double_eq(motifs->background[1], 0.2);
    tfl_motifs_free(motifs);
}
END_TEST

/* ---------------------------------------------------------------- what is met in the wild */

typedef struct good_text {
    const char *text;
    size_t n;                       /* motifs */
    const char *name, *alternative; /* of the first */
    size_t width;
    double p00, last; /* its first and last probability */
    double sites;
} good_text;

static const good_text good[] = {
    /* MEME: the least there can be; keys in any order, with and without blanks; rows counted where there is no w */
    {"MEME version 4\nMOTIF m\nletter-probability matrix:\n1 0 0 0\n0 0 0 1\n", 1, "m", "", 2, 1, 1, 0},
    {"MEME version 5.4.1 (Release date: x)\n\n\nMOTIF MA1.1 GATA1\n\nletter-probability matrix: nsites=7 w=2 E= 1e-5 "
     "alength=4\n\n"
     " 0.50 0.50 0 0\n\t0\t0\t0.25\t0.75\t\nURL http://x.y/z\n\nMOTIF b\nletter-probability matrix: w= 1\n0.3 0.3 0.3 "
     "0.1\n",
     2, "MA1.1", "GATA1", 2, 0.5, 0.75, 7},
    /* a full report, with the older title of a motif and another matrix in front */
    {"****\nMEME - Motif discovery tool\n****\nMEME version 4.11.2\nALPHABET= ACGT\nSequence name Weight Length\n1 1.0 "
     "200\n"
     "Background letter frequencies (from dataset):\nA 0.303 C 0.183\nG 0.209 T 0.305\n****\n"
     "MOTIF  1 MEME\twidth =   2  sites =  18  llr = 183  E-value = 1.1e-006\n****\n"
     "\tMotif 1 position-specific scoring matrix\nlog-odds matrix: alength= 4 w= 2 n= 1 bayes= 6.6 E= 1\n   125 -1081 "
     "-1081 1\n 1 1 1 1\n"
     "letter-probability matrix: alength= 4 w= 2 nsites= 18 E= 1.1e-006\n 0.000001 0.999998 0.0 0.0\n 0.25 0.25 0.25 "
     "0.25\n----\n1 2 3\n",
     1, "1", "MEME", 2, 0.000001 / 0.999999, 0.25, 18},
    {"MEME version 4\nALPHABET \"DNA\" DNA-LIKE\nA \"Adenine\" CC0000 ~ T\nEND ALPHABET\nMOTIF m width = 9\n"
     "letter-probability matrix: alength= 4 w= 1\r\n0 0 0 1\r\n",
     1, "m", "", 1, 0, 1, 0},
    /* JASPAR: brackets and letters, none, no blank before a bracket, letters in another order, without header */
    {">MA0035.4\tGATA1\nA  [ 10  0 ]\nC  [ 20 97 ]\nG  [ 30  0 ]\nT  [ 37  0 ]\n\n>b\nA [1]\nC [1]\nG [1]\nT [1]\n", 2,
     "MA0035.4", "GATA1", 2, 10.0 / 97, 0, 97},
    {">MA0035.4 \tGATA1\tof mouse\t\n10 0\n20 97\n30 0\n37 0\n", 1, "MA0035.4", "GATA1 of mouse", 2, 10.0 / 97, 0, 97},
    {">MA0035.4 GATA1 of mouse\n10 0\n20 97\n30 0\n37 0\n>b\n1\n1\n1\n1\n", 2, "MA0035.4", "GATA1 of mouse", 2,
     10.0 / 97, 0, 97},
    {"# comment\n>x\nT[37 0]\nA[10 0]\nG[30.0 0]\nC[2e1 97]\n", 1, "x", "", 2, 10.0 / 97, 0, 97},
    {"10 0 1 1 1\n20 97 1 1 1\n30 0 1 1 1\n37 0 1 1 2\n\n1 1\n1 1\n1 1\n1 1\n", 2, "motif_1", "", 5, 10.0 / 97, 0.4,
     97},
    {">square\n10 0 3 4\n20 97 3 4\n30 0 3 4\n37 0 3 8\n", 1, "square", "", 4, 10.0 / 97, 0.4, 97},
    /* TRANSFAC: P0 and PO, consensus letters, leading records without a matrix, columns in another order, probabilities
     */
    {"VV  TRANSFAC MATRIX TABLE\nXX\n//\nAC  M00075\nXX\nID  V$GATA1_01\nXX\nNA  GATA-1\nXX\nP0      A      C      G   "
     "   T\n"
     "01      1      4      2      3      N\n02      0      0     10      0      G\nXX\nBA  10 sites\nXX\n//\n"
     "ID b\nPO T G C A\n1 0 0 0 5\nXX\n//\n",
     2, "M00075", "V$GATA1_01", 2, 0.1, 0, 10},
    {"AC\tM1\tfoo\nID\tonly\tid\nP0\n1 0.1 0.2 0.3 0.4\n//\n", 1, "M1 foo", "only id", 1, 0.1, 0.4, 0},
    {"ID  only_id\nP0\n1 0.1 0.2 0.3 0.4\n//\n", 1, "only_id", "", 1, 0.1, 0.4, 0},
    /* HOMER */
    {">ASTTCCTCTT\t1-ASTTCCTCTT(ETS)/"
     "K562\t8.059752\t-23791.535714\t0\tT:17311.0(44.36%)\n0.726\t0.002\t0.170\t0.103\n0.002\t0.494\t0.354\t0.151\n"
     ">A\tb\t1\n1 0 0 0\n",
     2, "1-ASTTCCTCTT(ETS)/K562", "", 2, 0.726 / 1.001, 0.151 / 1.001, 0},
    /* rows: names, comments and blank lines, or neither; a square one */
    {"# two motifs\n>GATA_disc1 second\n0.25 0.25 0.25 0.25\n\n0 0 0 1\n>b\n1 0 0 0\n", 2, "GATA_disc1", "second", 2,
     0.25, 1, 0},
    {"1 0 0 0\n0 1 0 0\n\n\n0 0 1 0\n", 2, "motif_1", "", 2, 1, 0, 0},
    {">square\n.5 .5 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1.0", 1, "square", "", 4, 0.5, 1, 0},
};

START_TEST(real_files_are_taken)
{
    const good_text *t = &good[_i];
    tfl_motifs *motifs = read_text(t->text);
    const tfl_motif *first = &motifs->motif[0];
    ck_assert_uint_eq(motifs->n, t->n);
    ck_assert_str_eq(first->name, t->name);
    ck_assert_str_eq(first->alternative, t->alternative);
    ck_assert_uint_eq(first->width, t->width);
    ck_assert_double_eq_tol(first->p[0][0], t->p00, 1e-15);
    ck_assert_double_eq_tol(first->p[t->width - 1][3], t->last, 1e-15);
    ck_assert_double_eq_tol(first->sites, t->sites, 1e-12);
    for (size_t i = 0; i < motifs->n; i++) {
        for (size_t j = 0; j < motifs->motif[i].width; j++) {
            const double *p = motifs->motif[i].p[j];
            ck_assert_double_eq_tol(p[0] + p[1] + p[2] + p[3], 1, 1e-12);
        }
    }
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(the_background_is_the_files)
{
    tfl_motifs *motifs = read_text(good[2].text);
    ck_assert_double_eq_tol(motifs->background[0], 0.303, 1e-15);
    ck_assert_double_eq_tol(motifs->background[3], 0.305, 1e-15);
    ck_assert(motifs->has_background);
    tfl_motifs_free(motifs);
    motifs = read_text("1 0 0 0\n");
    ck_assert_double_eq(motifs->background[0], 0.25);
    ck_assert(!motifs->has_background);
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(motifs_are_found_by_either_name)
{
    tfl_motifs *motifs = read_text(">a b\n1 0 0 0\n>b c\n0 1 0 0\n");
    ck_assert_ptr_eq(tfl_motifs_find(motifs, "a"), &motifs->motif[0]);
    ck_assert_ptr_eq(tfl_motifs_find(motifs, "b"), &motifs->motif[1]); /* first names come first */
    ck_assert_ptr_eq(tfl_motifs_find(motifs, "c"), &motifs->motif[1]);
    ck_assert_ptr_null(tfl_motifs_find_next(motifs, "b", &motifs->motif[1]));
    ck_assert_ptr_null(tfl_motifs_find_next(motifs, "c", &motifs->motif[1]));
    ck_assert_ptr_null(tfl_motifs_find(motifs, "A"));
    ck_assert_ptr_null(tfl_motifs_find(motifs, ""));
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(motifs_share_a_second_name)
{
    tfl_motifs *motifs = read_text(">MA1 JUN\n1 0 0 0\n>MA2 FOS\n0 1 0 0\n>MA3 JUN\n1 0 0 0\n>MA4 JUN\n1 0 0 0\n>FOS\n1 0 0 0\n");
    ck_assert_ptr_eq(tfl_motifs_find(motifs, "JUN"), &motifs->motif[0]);
    ck_assert_ptr_eq(tfl_motifs_find_next(motifs, "JUN", &motifs->motif[0]), &motifs->motif[2]);
    ck_assert_ptr_eq(tfl_motifs_find_next(motifs, "JUN", &motifs->motif[2]), &motifs->motif[3]);
    ck_assert_ptr_null(tfl_motifs_find_next(motifs, "JUN", &motifs->motif[3]));
    ck_assert_ptr_null(tfl_motifs_find_next(motifs, "MA1", &motifs->motif[0]));
    ck_assert_ptr_eq(tfl_motifs_find(motifs, "FOS"), &motifs->motif[4]);
    ck_assert_ptr_null(tfl_motifs_find_next(motifs, "FOS", &motifs->motif[4]));
    tfl_motifs_free(motifs);
}
END_TEST

/* ---------------------------------------------------------------- broken texts */

#define MEME "MEME version 4\nMOTIF m\n"
#define MATRIX "letter-probability matrix: alength= 4 w= 2 nsites= 20 E= 0\n"

static const struct {
    const char *text, *message;
} bad[] = {
    {"", "t: is empty; a motif file is needed"},
    {" \n\n", "t: is empty; a motif file is needed"},
    {"# nothing\n", "t: is not a motif file that we know (meme, transfac, homer, jaspar, rows)"},
    {"<html>\n", "t: is not a motif file that we know (meme, transfac, homer, jaspar, rows)"},

    {"MEME version 4\n", "t: holds no motif (its format is meme)"},
    {"MEME version 4\nMOTIF\n", "t:2: motif without a name; MOTIF NAME is needed"},
    {MEME, "t:2: motif m has no letter-probability matrix"},
    {MEME "MOTIF n\n", "t:3: motif m, above, has no letter-probability matrix"},
    {"MEME version 4\n" MATRIX, "t:2: a matrix without a motif; a line MOTIF NAME is needed above it"},
    {MEME MATRIX "1 0 0 0\n0 0.5 0.4 0\n", "t:5: row 2 of motif m sums to 0.9; probabilities sum to 1"},
    {MEME MATRIX "1 0 0 0\n0 -0.5 1.5 0\n", "t:5: -0.5 is negative; probabilities and counts are not"},
    {MEME MATRIX "1 0 0 0\n0 0.5x 0.5 0\n", "t:5: \"0.5x\" is not a number"},
    {MEME MATRIX "1 0 0 0\n0 0 nan 1\n", "t:5: \"nan\" is not a number"},
    {MEME MATRIX "1 0 0\n0 0 0 1\n", "t:4: row of 3 numbers; 4 are needed, for A, C, G and T"},
    {MEME MATRIX "1 0 0 0 0\n", "t:4: row of 5 numbers; 4 are needed, for A, C, G and T"},
    {MEME MATRIX "1 0 0 0 0 0 0\n", "t:4: row of more than 5 numbers; 4 are needed, for A, C, G and T"},
    {MEME MATRIX "1 0 0 0\n", "t:4: motif m ends after 1 rows; its header says w= 2"},
    {MEME MATRIX "1 0 0 0\n\nURL x\n", "t:6: motif m ends after 1 rows; its header says w= 2"},
    {MEME MATRIX "1 0 0 0\n0 1 0 0\n0 0 1 0\n", "t:6: motif m has more rows than its w= 2 says"},
    {MEME "letter-probability matrix: alength= 20 w= 2\n", "t:3: alength= 20; DNA has 4 letters"},
    {MEME "letter-probability matrix: alength= 4 w= 0\n", "t:3: w= 0; a width between 1 and 1000 is needed"},
    {MEME "letter-probability matrix: alength= 4 w= 99999999999999999999\n",
     "t:3: w= 99999999999999999999; a width between 1 and 1000 is needed"},
    {MEME "letter-probability matrix: alength= 4 w= 2 nsites= many\n", "t:3: \"many\" is not a number"},
    {MEME "letter-probability matrix: alength= 4\n\n", "t:4: motif m has no rows"},
    {MEME MATRIX "1 0 0 0\n1 0 0 0\nMOTIF m\n", "t:6: second motif named m; names have to differ"},
    {"MEME version 4\nALPHABET= ACDEFGHIKLMNPQRSTVWY\n", "t:2: ALPHABET= ACDEFGHIKLMNPQRSTVWY; ACGT is needed"},
    {"MEME version 4\nALPHABET \"Protein\"\n",
     "t:2: an alphabet that is neither DNA nor RNA; ALPHABET= ACGT is needed"},
    {"MEME version 4\nALPHABET \"DNA\" DNA-LIKE\nA \"x\"\n",
     "t:3: the alphabet does not end; a line END ALPHABET is needed"},
    {"MEME version 4\nBackground letter frequencies\nA 0.3 C 0.2 G 0.2\n" MATRIX,
     "t:4: background letter frequencies are needed here: A 0.3 C 0.2 G 0.2 T 0.3"},
    {"MEME version 4\nBackground letter frequencies\nA 0.3 C 0.2 G 0.2 A 0.3\n",
     "t:3: A in the background letter frequencies; A, C, G and T are needed, once each"},
    {"MEME version 4\nBackground letter frequencies\nA 0.3 C 0.2 G 0.2 T 0.5\n",
     "t:3: the background letter frequencies sum to 1.2; 1 is needed"},
    {"MEME version 4\nBackground letter frequencies\n",
     "t:2: background letter frequencies are needed here: A 0.3 C 0.2 G 0.2 T 0.3"},

    {">m\nA [1 2]\nC [1 2]\nG [1 2]\n", "t:4: motif m ends after 3 of 4 lines, for A, C, G and T"},
    {">m\nA [1 2]\nC [1 2]\nG [1 2]\n>n\n", "t:5: motif m ends after 3 of 4 lines, for A, C, G and T"},
    {">m\nA [1 2]\nC [1 2 3]\n", "t:3: 3 numbers; the line above has 2"},
    {">m\nA [1 2]\nA [1 2]\n", "t:3: second line for A; A, C, G and T are needed, once each"},
    {">m\nA [ ]\n", "t:2: no numbers; the counts of one letter are needed"},
    {">m\nA [1 x]\n", "t:2: \"x\" is not a number"},
    {">m\nA [1 -2]\n", "t:2: -2 is negative; probabilities and counts are not"},
    {">m\nA [1 0]\nC [1 0]\nG [1 0]\nT [1 0]\n",
     "t:5: position 2 of motif m has counts that sum to 0; a positive sum is needed"},
    {">m\nA [1 1]\nC [1 1]\nG [1 1]\nT [1 1]\n3 4\n",
     "t:6: more than 4 lines for a motif; the next one needs its header >NAME"},
    {">m\x01\nA [1]\nC [1]\nG [1]\nT [1]\n", "t:1: motif m?: names without control characters are needed"},
    {">m a\rb\nA [1]\nC [1]\nG [1]\nT [1]\n", "t:1: motif m a?b: names without control characters are needed"},
    {">\nA [1 1]\n", "t:1: motif without a name; >NAME is needed"},
    {">m\nA [1]\nC [1]\nG [1]\nT [1]\n>m\nA [1]\n", "t:6: second motif named m; names have to differ"},
    {">m\n1 2 3 4 5\n1 2 3 4 5\n", "t:3: motif m ends after 2 of 4 lines, for A, C, G and T"},
    {">m\nA [1e308 1]\nC [1e308 1]\nG [0 1]\nT [0 1]\n",
     "t:5: position 1 of motif m has counts that sum to inf; a positive sum is needed"},

    {"AC x\vy\nP0 A C G T\n1 1 2 3 4\n//\n", "t:2: motif x?y: names without control characters are needed"},
    {"AC x\nXX\n//\n", "t:3: motif x has no matrix; a line P0 A C G T is needed"},
    {"AC x\nP0 A C G T\nXX\n//\n", "t:3: motif x has no rows"},
    {"AC x\nP0 A C G T\n1 1 2 3 4\n", "t:3: the file ends within a record; // is needed"},
    {"AC x\nP0 A C G T\n1 1 2 3\n//\n", "t:3: a position and 4 numbers are needed, for A, C, G and T"},
    {"AC x\nP0 A C G G\n1 1 2 3 4\n//\n", "t:2: columns that are not A, C, G and T, once each"},
    {"AC x\nP0 A C G T\n1 1 2 3 -4\n//\n", "t:3: -4 is negative; probabilities and counts are not"},
    {"AC x\nP0 A C G T\n1 0 0 0 0\n//\n",
     "t:3: position 1 of motif x has counts that sum to 0; a positive sum is needed"},
    {"P0 A C G T\n1 1 2 3 4\n//\n", "t:1: matrix without a name; a line AC, ID or NA is needed above it"},
    {"AC x\nP0 A C G T\n1 1 2 3 4\nXX\nP0 A C G T\n",
     "t:5: second matrix in a record; // is needed between two motifs"},
    {"AC x\nXX\n1 1 2 3 4\n", "t:3: numbers outside of a matrix; a line P0 A C G T is needed above them"},
    {"AC x\nP0 A C G T\n1 1 2 3 4\n//\nAC x\nP0 A C G T\n", "t:6: second motif named x; names have to differ"},
    {"VV x\nXX\n//\n", "t: holds no motif (its format is transfac)"},

    {">A\tm\t1\n1 0 0 0\n>C\tn\n0 1 0 0\n",
     "t:3: >consensus, name and log-odds threshold are needed, with tabs between them"},
    {">A\t \t1\n1 0 0 0\n", "t:1: motif without a name; the second field is needed"},
    {">A\tm\t1\n", "t:1: motif m has no rows"},
    {">A\tm\t1\n0.5 0.1 0.1 0.1\n", "t:2: row 1 of motif m sums to 0.8; probabilities sum to 1"},
    {">A\tm\t1\n0.5 0.5\n", "t:2: row of 2 numbers; 4 are needed, for A, C, G and T"},
    {">A\tm\t1\n1 0 0 0\n>A\tm\t1\n", "t:3: second motif named m; names have to differ"},

    {">m\n", "t:1: motif m has no rows"},
    {">m\n>n\n1 0 0 0\n", "t:2: motif m has no rows"},
    {">m\n0.9 0 0 0\n", "t:2: row 1 of motif m sums to 0.9; probabilities sum to 1"},
    {">m\n0.25 0.25 0.25 0.25\n0.5 0.5 0.5 0\n1 0 0 0\n1 0 0 0\n",
     "t:3: row 2 of motif m sums to 1.5; probabilities sum to 1"},
    {">m\n1 0 0 0\nGATA\n", "t:3: \"GATA\" is not a number"},
    {"1 0 0 0\n0.5 0.5 0\n", "t:2: row of 3 numbers; 4 are needed, for A, C, G and T"},
    {">m\n1 0 0 0\n>m\n1 0 0 0\n", "t:3: second motif named m; names have to differ"},
    {"> \n1 0 0 0\n", "t:1: motif without a name; >NAME is needed"},
    /* not a line per letter: positions, of counts, or with their numbers in front */
    {">m\n10 0 0 0\n5 3 2 0\n0 0 10 0\n0 4 3 3\n", "t:2: row 1 of motif m sums to 10; probabilities sum to 1"},
    {"1 0.1 0.7 0.1 0.1\n2 0.1 0.1 0.7 0.1\n3 0.1 0.1 0.7 0.1\n4 0.2 0.6 0.1 0.1\n",
     "t:1: row of 5 numbers; 4 are needed, for A, C, G and T"},
    {"0 1 7 1 1\n1 1 1 7 1\n2 1 1 7 1\n3 2 6 1 1\n4 1 1 7 1\n", "t:1: row of 5 numbers; 4 are needed, for A, C, G and T"},
    {"+1 0 0 1e999\n", "t:1: \"1e999\" is not a number"},
};

START_TEST(broken_texts_are_refused_with_their_line)
{
    tfl_motifs *motifs = (tfl_motifs *)&error; /* must be cleared */
    tfl_error_clear(&error);
    ck_assert_msg(tfl_motifs_read_memory(bad[_i].text, strlen(bad[_i].text), "t", &motifs, &error) == TFL_EINPUT,
                  "taken: %s", bad[_i].text);
    ck_assert_str_eq(error.message, bad[_i].message);
    ck_assert_ptr_null(motifs);
}
END_TEST

START_TEST(no_prefix_or_damaged_byte_does_harm)
{
    for (size_t g = 0; g < sizeof good / sizeof good[0]; g++) {
        size_t size = strlen(good[g].text);
        char *text = malloc(size);
        for (size_t i = 0; i < 2 * size; i++) {
            memcpy(text, good[g].text, size);
            if (i >= size) {
                text[i - size] = "\n>x9\t"[i % 5];
            }
            tfl_motifs *motifs = NULL;
            tfl_error_clear(&error);
            tfl_status status = tfl_motifs_read_memory(text, i < size ? i : size, "t", &motifs, &error);
            ck_assert((status == TFL_OK) == (motifs != NULL));
            ck_assert(status == TFL_OK || (status == TFL_EINPUT && *error.message != '\0'));
            tfl_motifs_free(motifs);
        }
        free(text);
    }
}
END_TEST

START_TEST(width_is_bounded)
{
    char *text = malloc(8 * 1002);
    text[0] = '\0';
    for (int i = 0; i < 1001; i++) {
        memcpy(text + 8 * i, "1 0 0 0\n", 9);
    }
    tfl_motifs *motifs = NULL;
    ck_assert_int_eq(tfl_motifs_read_memory(text, 8 * 1000, "t", &motifs, &error), TFL_OK);
    ck_assert_uint_eq(motifs->motif[0].width, 1000);
    tfl_motifs_free(motifs);
    ck_assert_int_eq(tfl_motifs_read_memory(text, 8 * 1001, "t", &motifs, &error), TFL_EINPUT);
    ck_assert_str_eq(error.message, "t:1001: motif motif_1 is wider than 1000 positions");
    free(text);
}
END_TEST

/* ---------------------------------------------------------------- smoothing and drawing */

START_TEST(words_are_drawn_from_the_smoothed_motif)
{
    enum { N = 20000, SEED = 7 };
    tfl_motifs *motifs = read_text("0.7 0.2 0.1 0\n0 0 0 1\n");
    double q[2][TFL_BASES];
    tfl_motif_smooth(&motifs->motif[0], 0.04, q);
    ck_assert_double_eq_tol(q[0][0], 0.96 * 0.7 + 0.01, 1e-15);
    ck_assert_double_eq_tol(q[1][0], 0.01, 1e-15);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "words", 0);
    double count[2][TFL_BASES] = {{0}};
    for (int i = 0; i < N; i++) {
        char word[2];
        tfl_motif_sample(&motifs->motif[0], 0.04, &rng, word);
        count[0][tfl_base_code[(unsigned char)word[0]]]++;
        count[1][tfl_base_code[(unsigned char)word[1]]]++;
    }
    double chi_square = 0;
    for (size_t j = 0; j < 2; j++) {
        for (size_t b = 0; b < TFL_BASES; b++) {
            chi_square += (count[j][b] - N * q[j][b]) * (count[j][b] - N * q[j][b]) / (N * q[j][b]);
        }
    }
    ck_assert_msg(chi_square < 22.46, "seed %d: chi-square %g, 6 degrees of freedom, 0.999 quantile 22.46", SEED,
                  chi_square);
    tfl_motifs_free(motifs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("motif");
    TCase *tests = tcase_create("motif");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_format_reads_what_it_wrote);
    tcase_add_test(tests, an_unknown_format_is_refused_with_the_known_ones);
    tcase_add_test(tests, the_built_in_motifs_are_those_of_the_simulation);
    tcase_add_loop_test(tests, real_files_are_taken, 0, sizeof good / sizeof good[0]);
    tcase_add_test(tests, the_background_is_the_files);
    tcase_add_test(tests, motifs_are_found_by_either_name);
    tcase_add_test(tests, motifs_share_a_second_name);
    tcase_add_loop_test(tests, broken_texts_are_refused_with_their_line, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tests, no_prefix_or_damaged_byte_does_harm);
    tcase_add_test(tests, width_is_bounded);
    tcase_add_test(tests, words_are_drawn_from_the_smoothed_motif);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
