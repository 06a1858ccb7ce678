package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every command line that a document shows is run: a campaign as far as its plan,
// a load for a moment and against a server of the test's own.
func TestDocumentsExamplesRun(t *testing.T) {
	t.Setenv("ASSAY_BIN", buildModels(t))
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	for _, doc := range []string{"README.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", doc))
		if err != nil {
			t.Fatal(err)
		}
		lines := commandLine.FindAllStringSubmatch(string(text), -1)
		if len(lines) < 3 {
			t.Errorf("%s shows %d command lines of assay", doc, len(lines))
		}
		for _, line := range lines {
			args := words(line[1])
			switch args[0] {
			case "run":
				args = append(args, "--dry-run")
			case "load":
				args[1] = server.URL
				args = append(args, "--duration", "50ms")
			case "list":
			default: // they start servers for longer than a test should; their words are held to what there is
				args = append(args[:1:1], "--help")
			}
			var out, errs bytes.Buffer
			if code := run(args, strings.NewReader(""), &out, &errs); code != 0 || out.Len() == 0 {
				t.Errorf("%s: assay %s: exit code %d\n%s", doc, line[1], code, errs.String())
			}
		}
	}
}

var commandLine = regexp.MustCompile(`(?m)^    bin/assay ([^#\n]+)`)

// words splits a line as a shell does that knows single quotes.
func words(line string) (all []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}
