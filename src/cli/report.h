/*
 * report.h: a folder that shows tracks in a browser: igv.js session and page, UCSC hub, and the files they refer to.
 */
#ifndef TFLIFT_CLI_REPORT_H
#define TFLIFT_CLI_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"

typedef struct tfl_report_options {
    const char *folder;
    const char *const *track; /* [n_tracks] bigWig or bedGraph */
    size_t n_tracks;
    const char *fasta;          /* what the tracks lie on; NULL: only assembly is known, by igv.js */
    const char *assembly;       /* its name at UCSC and igv.js; NULL: the FASTA file's */
    const char *hits, *regions; /* BED, or NULL */
    const char *igv_js;         /* igv.min.js, or NULL */
    bool link;                  /* FASTA and bigWig by symbolic links */
} tfl_report_options;

typedef struct tfl_report_summary {
    bool linked;          /* there are symbolic links in the folder */
    size_t hits, regions; /* rows */
} tfl_report_summary;

/* A FASTA file larger than this is linked, not copied. */
#define TFL_REPORT_MOST_COPIED (INT64_C(256) << 20)

/* Writes the folder, which is there only once it is complete. */
tfl_status tfl_report_write(const tfl_report_options *options, tfl_report_summary *summary,
                            tfl_error *err) TFL_MUST_USE;

/* web/index.html */
extern const char tfl_report_page[];

#endif
