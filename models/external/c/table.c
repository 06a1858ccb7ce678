/* Which bytes may stand where: RFC 9110 5.5 and 5.6.2, RFC 3986 3.2.2 and 3.3. */
#include <strings.h>

#include "http.h"

#define TEXT IS_TEXT
#define ALPHA (IS_TOKEN | IS_TARGET | IS_HOST | IS_TEXT)
#define HEXA (ALPHA | IS_HEX)
#define DIGIT (HEXA | IS_DIGIT)
#define BOTH ALPHA /* token and sub-delims or unreserved */
#define DELIM (IS_TARGET | IS_HOST | IS_TEXT)
#define TOKEN (IS_TOKEN | IS_TEXT)
#define PLACE (IS_TARGET | IS_TEXT)

const uint8_t class_of[256] = {
    ['\t'] = TEXT,
    [' '] = TEXT,
    ['"'] = TEXT,
    ['<'] = TEXT,
    ['>'] = TEXT,
    ['?'] = TEXT,
    ['['] = TEXT,
    ['\\'] = TEXT,
    [']'] = TEXT,
    ['{'] = TEXT,
    ['}'] = TEXT,
    [0x80 ... 0xff] = TEXT,

    ['A' ... 'F'] = HEXA,
    ['a' ... 'f'] = HEXA,
    ['G' ... 'Z'] = ALPHA,
    ['g' ... 'z'] = ALPHA,
    ['0' ... '9'] = DIGIT,

    ['-'] = BOTH,
    ['.'] = BOTH,
    ['_'] = BOTH,
    ['~'] = BOTH,
    ['!'] = BOTH,
    ['$'] = BOTH,
    ['&'] = BOTH,
    ['\''] = BOTH,
    ['*'] = BOTH,
    ['+'] = BOTH,

    ['('] = DELIM,
    [')'] = DELIM,
    [','] = DELIM,
    [';'] = DELIM,
    ['='] = DELIM,

    ['#'] = TOKEN,
    ['%'] = TOKEN,
    ['^'] = TOKEN,
    ['`'] = TOKEN,
    ['|'] = TOKEN,

    [':'] = PLACE,
    ['@'] = PLACE,
    ['/'] = PLACE,
};

bool span_is(const char *at, size_t len, const char *word) {
    return strncasecmp(at, word, len) == 0 && word[len] == '\0';
}
