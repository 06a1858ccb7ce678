package proc

import "testing"

// What one edge of a slice costs the harness.
func BenchmarkUsage(b *testing.B) {
	p, err := Start(Spec{Name: "sleep", Argv: []string{"sleep", "1000"}})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Stop(Grace)
	for b.Loop() {
		if _, err := p.Usage(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	for b.Loop() {
		if _, err := Look(); err != nil {
			b.Fatal(err)
		}
	}
}
