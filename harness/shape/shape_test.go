package shape

import (
	"reflect"
	"strings"
	"testing"
)

const head = "package w\n\nimport \"assay/models/base/style\"\n\n"

// Each count is moved by what it counts, and by that alone.
func TestCounts(t *testing.T) {
	for _, row := range []struct {
		name, body string
		want       Counts
	}{
		{"nothing", "// f does nothing.\nfunc f() {\n\n\t// nothing\n}\n", Counts{Lines: 2, Functions: 1}},
		{"a branch", "func f(a bool) {\n\tif a {\n\t\tf(a)\n\t}\n}\n", Counts{Lines: 5, Functions: 1, Branches: 1, Nesting: 1}},
		{"an else", "func f(a bool) {\n\tif a {\n\t} else if !a {\n\t} else {\n\t\tf(a)\n\t}\n}\n", Counts{Lines: 7, Functions: 1, Branches: 2, Nesting: 1}},
		{"a condition of two", "func f(a bool) bool { return a && a || a }\n", Counts{Lines: 1, Functions: 1, Branches: 2}},
		{"loops", "func f() {\n\tfor {\n\t\tfor range 3 {\n\t\t}\n\t}\n}\n", Counts{Lines: 6, Functions: 1, Branches: 2, Nesting: 2}},
		{"cases", "func f(a int) {\n\tswitch a {\n\tcase 1:\n\tcase 2:\n\tdefault:\n\t}\n}\n", Counts{Lines: 7, Functions: 1, Branches: 2, Nesting: 1}},
		{"a closure", "func f() {\n\tg := func() {\n\t\tif true {\n\t\t}\n\t}\n\tg()\n}\n", Counts{Lines: 7, Functions: 2, Branches: 1, Nesting: 2}},
		{"a closure in a condition", "func f() {\n\tif func() bool { return true }() {\n\t}\n}\n", Counts{Lines: 4, Functions: 2, Branches: 1, Nesting: 1}},
		{"an empty closure is as deep as an empty block", "func f(g func(func())) { g(func() {}) }\n", Counts{Lines: 1, Functions: 2, Nesting: 1}},
		{"state", "type s struct {\n\ta, b int\n\tc    string\n}\n", Counts{Lines: 4, State: 3}},
		{"errors", "func f(err error, done func(error)) error {\n\tdone(err)\n\tdone(nil)\n\treturn err\n}\n", Counts{Lines: 5, Functions: 1, Errors: 2}},
		{"errors of a call, whatever it is named", "func f(c *call) error {\n\tc.done(c.Err)\n\tc.done(c.Error)\n\treturn c.Err\n}\n", Counts{Lines: 5, Functions: 1, Errors: 2}},
		{
			"names", "func f(w style.Waiter, c *style.Call) {\n\tw.Call(c)\n\tw.Call(c)\n\tw.Block(1)\n\t_ = c.Body\n}\n",
			Counts{Lines: 6, Functions: 1, Names: 4}, // Waiter, Call, Waiter.Call, Waiter.Block
		},
	} {
		got, err := Measure("w.go", []byte(head+row.body))
		if got.names = nil; err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: got %+v, %v, want %+v", row.name, got, err, row.want)
		}
	}
}

// How code is laid out in comments and blank lines does not change its counts.
func TestLayoutDoesNotCount(t *testing.T) {
	dense := "func f(a bool) {\n\tif a {\n\t\tf(a)\n\t}\n}\n"
	loose := "// f is\n// documented.\nfunc f(a bool) {\n\n\tif a { // why\n\n\t\tf(a)\n\t}\n\n}\n"
	a, err := Measure("a.go", []byte(head+dense))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Measure("b.go", []byte(head+loose))
	if err != nil {
		t.Fatal(err)
	}
	a.names, b.names = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestAddJoinsNamesAndKeepsTheDeepest(t *testing.T) {
	a, err := Measure("a.go", []byte(head+"func f(w style.Waiter) {\n\tw.Block(1)\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var sum Counts
	sum.Add(a)
	sum.Add(a)
	if sum.Lines != 6 || sum.Names != 2 || sum.Functions != 2 {
		t.Errorf("got %+v, want 6 lines, 2 functions and still 2 names", sum)
	}
	if n, ok := sum.Of("names"); !ok || n != 2 {
		t.Errorf("names: %d, %v", n, ok)
	}
	if _, ok := sum.Of("beauty"); ok {
		t.Error("beauty is counted")
	}
}

func TestWhatIsNoGoIsNamed(t *testing.T) {
	if _, err := Measure("w.go", []byte("package w\nfunc {")); err == nil || !strings.Contains(err.Error(), "w.go:2") {
		t.Errorf("got %v, want the file and the line", err)
	}
}
