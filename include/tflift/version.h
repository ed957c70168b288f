/* The version of the library. */
#ifndef TFLIFT_VERSION_H
#define TFLIFT_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* Purpose: say which release of the library this is, e.g. to record it in an output.
 * Returns: "MAJOR.MINOR.PATCH"; a constant, never freed. */
const char *tfl_version(void);

#ifdef __cplusplus
}
#endif

#endif
