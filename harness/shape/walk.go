package shape

import (
	"go/ast"
	"go/token"
)

// walker goes through a tree and counts.
type walker struct {
	counts *Counts
	typed  map[string]string // variables of a type of the style's package, by name
}

// declared counts a declaration at the top of a file.
func (w *walker) declared(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		w.function(d.Type, d.Body, 0)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok {
				w.state(t)
			}
			if v, ok := spec.(*ast.ValueSpec); ok {
				for _, e := range v.Values {
					w.inside(e, 0)
				}
			}
		}
	}
}

// state counts the fields of a struct that is declared beside the handlers.
func (w *walker) state(t *ast.TypeSpec) {
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		w.counts.State += max(len(f.Names), 1)
		w.touch(f.Type)
	}
}

// function counts one function; depth is how deep it stands in others.
func (w *walker) function(t *ast.FuncType, body *ast.BlockStmt, depth int) {
	w.counts.Functions++
	for _, list := range []*ast.FieldList{t.Params, t.Results} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			w.touch(f.Type)
			if name, ok := isStyle(f.Type); ok {
				for _, id := range f.Names {
					w.typed[id.Name] = name
				}
			}
		}
	}
	if body == nil {
		return
	}
	w.block(body.List, depth)
}

// inside counts what stands at a depth.
func (w *walker) inside(n ast.Node, depth int) {
	w.counts.Nesting = max(w.counts.Nesting, depth)
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			w.function(n.Type, n.Body, depth+1)
			return false
		case *ast.IfStmt:
			w.branch(n, depth)
			return false
		case *ast.ForStmt:
			w.counts.Branches++
			w.parts(depth, n.Init, n.Cond, n.Post)
			w.block(n.Body.List, depth+1)
			return false
		case *ast.RangeStmt:
			w.counts.Branches++
			w.parts(depth, n.X)
			w.block(n.Body.List, depth+1)
			return false
		case *ast.SwitchStmt:
			w.parts(depth, n.Init, n.Tag)
			w.clauses(n.Body, depth)
			return false
		case *ast.TypeSwitchStmt:
			w.parts(depth, n.Init, n.Assign)
			w.clauses(n.Body, depth)
			return false
		case *ast.SelectStmt:
			w.clauses(n.Body, depth)
			return false
		default:
			w.leaf(n)
		}
		return true
	})
}

// branch counts an if with all that hangs on it: an else is at the depth of its if.
func (w *walker) branch(n *ast.IfStmt, depth int) {
	w.counts.Branches++
	w.parts(depth, n.Init, n.Cond)
	w.block(n.Body.List, depth+1)
	switch e := n.Else.(type) {
	case *ast.IfStmt:
		w.branch(e, depth)
	case *ast.BlockStmt:
		w.block(e.List, depth+1)
	}
}

// parts counts the expressions and simple statements in a head.
func (w *walker) parts(depth int, nodes ...ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case ast.Expr:
			if n != nil {
				w.inside(n, depth)
			}
		case ast.Stmt:
			if n != nil {
				w.inside(n, depth)
			}
		}
	}
}

func (w *walker) block(list []ast.Stmt, depth int) {
	w.counts.Nesting = max(w.counts.Nesting, depth)
	for _, s := range list {
		w.inside(s, depth)
	}
}

// clauses counts each case but the default as a branch.
func (w *walker) clauses(body *ast.BlockStmt, depth int) {
	for _, s := range body.List {
		switch c := s.(type) {
		case *ast.CaseClause:
			if c.List != nil {
				w.counts.Branches++
			}
			for _, e := range c.List {
				w.inside(e, depth)
			}
			w.block(c.Body, depth+1)
		case *ast.CommClause:
			if c.Comm != nil {
				w.counts.Branches++
				w.inside(c.Comm, depth)
			}
			w.block(c.Body, depth+1)
		}
	}
}

// leaf counts what needs no depth.
func (w *walker) leaf(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.LAND || n.Op == token.LOR {
			w.counts.Branches++
		}
	case *ast.ReturnStmt:
		for _, e := range n.Results {
			if isError(e) {
				w.counts.Errors++
			}
		}
	case *ast.CallExpr:
		for _, e := range n.Args {
			if isError(e) {
				w.counts.Errors++
			}
		}
	case *ast.SelectorExpr:
		w.touch(n)
	}
}

// touch notes a name of the style's interface: one of its package, or a method of a variable
// of one of its types.
func (w *walker) touch(e ast.Expr) {
	if name, ok := isStyle(e); ok {
		w.counts.names[name] = true
		return
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return
	}
	if id, ok := sel.X.(*ast.Ident); ok {
		if t, ok := w.typed[id.Name]; ok && t != "Exchange" && t != "Call" {
			w.counts.names[t+"."+sel.Sel.Name] = true
		}
	}
}
