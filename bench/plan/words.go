package plan

import (
	"fmt"
	"strings"
)

// splitWords splits a command line at spaces. '…' keeps everything, "…" all but
// backslashes, a backslash the character after it.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c in %q is never closed", quote, line)
	}
	if escaped {
		return nil, fmt.Errorf("%q ends in a backslash that escapes nothing", line)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
