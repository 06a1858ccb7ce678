#include <string.h>

#include "config.h"

enum { LONGEST = 63 };

/* edits is the Levenshtein distance; longer names are cut. */
static size_t edits(const char *a, const char *b) {
    size_t row[LONGEST + 1], n = strnlen(b, LONGEST);
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0' && i < LONGEST; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t least = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            if (diagonal + 1 < least) {
                least = diagonal + 1;
            }
            row[j + 1] = row[j] + 1 < least ? row[j] + 1 : least;
        }
    }
    return row[n];
}

const char *nearest(const char *name, const char *const *words) {
    const char *best = words[0];
    for (; *words != NULL; words++) {
        if (edits(name, *words) < edits(name, best)) {
            best = *words;
        }
    }
    return best;
}
