#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* unit_of is how many ns a unit has, and how long its name is. */
static double unit_of(const char *at, size_t *len) {
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        *len = strlen(units[i].name);
        if (strncmp(at, units[i].name, *len) == 0) {
            return units[i].ns;
        }
    }
    return 0;
}

bool duration_read(const char *text, int64_t *ns) {
    double sum = 0;
    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    do {
        char *end;
        if (!isdigit((unsigned char)*text) && *text != '.') { /* strtod would take a sign, "inf", … */
            return false;
        }
        double number = strtod(text, &end);
        size_t len;
        double unit = unit_of(end, &len);
        if (end == text || unit == 0) {
            return false;
        }
        sum += number * unit;
        text = end + len;
    } while (*text != '\0');
    *ns = (int64_t)sum;
    return sum < 9e18;
}
