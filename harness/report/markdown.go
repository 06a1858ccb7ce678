package report

import (
	"strings"
)

// mdTable is a table of a Markdown page; the first column is text, the others are
// figures unless words is set.
type mdTable struct {
	head  []string
	rows  [][]string
	words bool
}

// String renders the table, "" if it has no row.
func (t mdTable) String() string {
	if len(t.rows) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("|")
		for _, c := range cells {
			b.WriteString(" " + mdCell(c) + " |")
		}
		b.WriteString("\n")
	}
	line(t.head)
	align := "--:|"
	if t.words {
		align = "---|"
	}
	b.WriteString("|---|" + strings.Repeat(align, len(t.head)-1) + "\n")
	for _, r := range t.rows {
		line(r)
	}
	return b.String()
}

// dropEmpty leaves out columns without any figure.
func (t mdTable) dropEmpty() mdTable {
	out := mdTable{words: t.words, rows: make([][]string, len(t.rows))}
	for i, h := range t.head {
		empty := i > 0
		for _, r := range t.rows {
			empty = empty && r[i] == "–"
		}
		if empty {
			continue
		}
		out.head = append(out.head, h)
		for j, r := range t.rows {
			out.rows[j] = append(out.rows[j], r[i])
		}
	}
	return out
}

// mdCell keeps text from breaking out of its cell or turning into markup.
func mdCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`, "_", `\_`).Replace(s)
}

// mdText is mdCell for running text.
func mdText(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`).Replace(s)
}
