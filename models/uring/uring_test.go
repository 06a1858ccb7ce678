package uring

import (
	"testing"

	"assay/models/base/model/modeltest"
)

// Every rung of the ladder that this kernel has.
var rungs = []string{"", "shots=single", "taskrun=coop", "taskrun=plain,shots=single"}

func TestSuite(t *testing.T) {
	needsRing(t)
	for _, options := range rungs {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

// A backend call costs the closures of its handler, as on every loop, so the load has none.
func TestFrugal(t *testing.T) {
	needsRing(t)
	for _, options := range rungs {
		t.Run(options, func(t *testing.T) {
			if got := modeltest.Allocations(t, Model, options)("/hello"); got > modeltest.Stray && !modeltest.RaceDetector {
				t.Errorf("%.2f allocations a request", got)
			}
		})
	}
}

// needsRing leaves a test out where the kernel has no io_uring to offer.
func needsRing(t *testing.T) {
	t.Helper()
	if why := lacks(); why != "" {
		t.Skip(why)
	}
}

// Connections that are refused, shut and closed leave the one that gets their number
// next alone, whatever of theirs the kernel still has to do.
func TestNumbersAreTakenOverClean(t *testing.T) {
	needsRing(t)
	for _, options := range rungs {
		s := modeltest.Start(t, Model, modeltest.Config{Options: options, Routes: modeltest.Routes()})
		for i := range 300 {
			c := s.Dial()
			c.Send("\x00\r\n\r\n")
			if a, err := c.TryRead(); err != nil || a.Status != 400 {
				t.Fatalf("%s: client %d: %+v, %v", options, i, a, err)
			}
			if i%2 == 0 {
				c.SetLinger(0)
			}
			c.Close()
		}
	}
}
