/*
 * tflift.h: the whole library. One module, one header, in the order of the data's path.
 */
#ifndef TFLIFT_H
#define TFLIFT_H

#include "tflift/version.h"
#include "tflift/error.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/rng.h"
#include "tflift/table.h"
#include "tflift/lines.h"
#include "tflift/output.h"
#include "tflift/spool.h"
#include "tflift/threads.h"
#include "tflift/alphabet.h"
#include "tflift/fasta.h"
#include "tflift/region.h"
#include "tflift/shuffle.h"
#include "tflift/reference.h"
#include "tflift/dataset.h"
#include "tflift/motif.h"
#include "tflift/logodds.h"
#include "tflift/design.h"
#include "tflift/simulate.h"
#include "tflift/cpu.h"
#include "tflift/vector.h"
#include "tflift/layer.h"
#include "tflift/graph.h"
#include "tflift/model.h"
#include "tflift/train.h"
#include "tflift/metrics.h"
#include "tflift/method.h"
#include "tflift/explain.h"
#include "tflift/normalize.h"
#include "tflift/qvalue.h"
#include "tflift/scan.h"
#include "tflift/importance.h"
#include "tflift/track.h"
#include "tflift/bigwig.h"
#include "tflift/scores.h"

#endif
