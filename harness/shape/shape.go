package shape

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// Counts are those of one file, or of several added up.
type Counts struct {
	Lines     int `json:"lines"`     // with code on them
	Functions int `json:"functions"` // declared and anonymous: in callback and await style, each piece behind a wait is one
	Branches  int `json:"branches"`  // if, for, case and && or ||: the cyclomatic number less one a function
	Nesting   int `json:"nesting"`   // deepest, of blocks and of functions in functions; the greatest, not the sum, of several files
	Names     int `json:"names"`     // distinct names of the style's interface that are touched
	State     int `json:"state"`     // fields of types declared to carry something over a wait
	Errors    int `json:"errors"`    // places that hand an error on: returned, or given to a continuation

	names map[string]bool
}

// Columns names every count, in the order in which they are shown.
var Columns = []string{"lines", "functions", "branches", "nesting", "names", "state", "errors"}

// Of gives a count by its name; false for an unknown one.
func (c *Counts) Of(name string) (int, bool) {
	values := []int{c.Lines, c.Functions, c.Branches, c.Nesting, c.Names, c.State, c.Errors}
	i := slices.Index(Columns, name)
	if i < 0 {
		return 0, false
	}
	return values[i], true
}

// Add adds another file's counts.
func (c *Counts) Add(o Counts) {
	c.Lines += o.Lines
	c.Functions += o.Functions
	c.Branches += o.Branches
	c.Nesting = max(c.Nesting, o.Nesting)
	c.State += o.State
	c.Errors += o.Errors
	if c.names == nil {
		c.names = make(map[string]bool)
	}
	for name := range o.names {
		c.names[name] = true
	}
	c.Names = len(c.names)
}

// Measure counts one file. The error names the file and the line that is no Go.
func Measure(file string, source []byte) (Counts, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		return Counts{}, fmt.Errorf("count the code of %s: %w", file, err)
	}
	c := Counts{Lines: codeLines(fset, file, source, tree), names: make(map[string]bool)}
	w := &walker{counts: &c, typed: make(map[string]string)}
	for _, decl := range tree.Decls {
		w.declared(decl)
	}
	c.Names = len(c.names)
	return c, nil
}

// codeLines counts the lines behind the imports on which a token stands.
func codeLines(fset *token.FileSet, file string, source []byte, tree *ast.File) int {
	from := tree.Name.End()
	for _, d := range tree.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			from = g.End()
		}
	}
	own := token.NewFileSet()
	var s scanner.Scanner
	s.Init(own.AddFile(file, own.Base(), len(source)), source, nil, 0)
	lines := make(map[int]bool)
	after := fset.Position(from).Offset
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return len(lines)
		}
		at := own.Position(pos)
		if at.Offset < after || tok == token.SEMICOLON && literal == "\n" {
			continue
		}
		lines[at.Line] = true
	}
}

// isStyle is whether a type comes from the package style, and which it is: style.Waiter,
// *style.Task.
func isStyle(t ast.Expr) (string, bool) {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	sel, ok := t.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok || pkg.Name != "style" {
		return "", false
	}
	return sel.Sel.Name, true
}

// isError is whether an expression is an error by its name: err, or a field or variable whose
// name ends in it.
func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "err" || strings.HasSuffix(e.Name, "Err")
	case *ast.SelectorExpr:
		return e.Sel.Name == "Err"
	}
	return false
}
